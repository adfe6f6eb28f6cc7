/// Reads all rows before it passes the first one on, so that a write above cannot feed a read below.
final class EagerOperator: Operator {
    private let child: any Operator
    private let context: QueryContext
    private var batches: [Batch]?
    private var nextBatch = 0
    private var reserved = 0

    init(child: any Operator, context: QueryContext) {
        self.child = child
        self.context = context
    }

    func next() throws -> Batch? {
        let batches = try batches ?? readAll()
        guard nextBatch < batches.count else {
            release()
            self.batches = []
            nextBatch = 0
            return nil
        }
        nextBatch += 1
        return batches[nextBatch - 1]
    }

    private func readAll() throws -> [Batch] {
        var read: [Batch] = []
        while let batch = try child.next() {
            try context.checkpoint()
            reserved += batch.byteCount
            try context.reserve(bytes: batch.byteCount)
            read.append(batch)
        }
        batches = read
        return read
    }

    private func release() {
        context.release(bytes: reserved)
        reserved = 0
    }

    func rewind() {
        child.rewind()
        release()
        batches = nil
        nextBatch = 0
    }
}
