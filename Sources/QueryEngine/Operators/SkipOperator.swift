/// Drops the first rows.
final class SkipOperator: Operator {
    private let child: any Operator
    private let count: Int
    private var left: Int

    init(child: any Operator, count: Int) {
        self.child = child
        self.count = count
        left = count
    }

    func next() throws -> Batch? {
        while let batch = try child.next() {
            if left >= batch.count {
                left -= batch.count
                continue
            }
            let first = left
            left = 0
            return batch.sliced(first..<batch.count)
        }
        return nil
    }

    func rewind() {
        child.rewind()
        left = count
    }
}
