/// Batches that wait for an operator above to pull them.
final class BatchQueue: Operator {
    private var batches: [Batch] = []

    func append(_ batch: Batch) { batches.append(batch) }

    func next() -> Batch? { batches.popLast() }

    func rewind() { batches = [] }
}
