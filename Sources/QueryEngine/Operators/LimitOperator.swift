/// Passes the first rows on and then asks its child for nothing more; unless something below writes:
/// writes run to their end whatever LIMIT follows.
final class LimitOperator: Operator {
    private let child: any Operator
    private let count: Int
    private let drains: Bool
    private var left: Int
    private var isDrained = false

    init(child: any Operator, count: Int, drains: Bool) {
        self.child = child
        self.count = count
        self.drains = drains
        left = count
    }

    func next() throws -> Batch? {
        guard left > 0 else {
            if drains && !isDrained {
                isDrained = true
                while try child.next() != nil {}
            }
            return nil
        }
        guard let batch = try child.next() else {
            left = 0
            isDrained = true
            return nil
        }
        let passed = min(left, batch.count)
        left -= passed
        return batch.sliced(0..<passed)
    }

    func rewind() {
        child.rewind()
        left = count
        isDrained = false
    }
}
