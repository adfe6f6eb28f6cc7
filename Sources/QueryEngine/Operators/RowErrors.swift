/// Evaluates batches so that errors keep their row.
///
/// A batch is evaluated at once, and a later step may never ask for its last rows: no error may come
/// from a row past a LIMIT. So where a batch fails, it is cut in two and tried again: the rows before
/// the failing one go on first, and the error comes when that row is due.
struct RowErrors {
    private var pending: [Batch] = []

    /// The next batch of `child` for which `evaluate` gives one.
    mutating func next(of child: any Operator, _ evaluate: (Batch) throws -> Batch?) throws
        -> Batch?
    {
        while let batch = try pending.popLast() ?? child.next() {
            do {
                if let result = try evaluate(batch) { return result }
            } catch let error as QueryError where batch.count > 1 && error.comesFromRow {
                let middle = batch.count / 2
                pending.append(batch.sliced(middle..<batch.count))
                pending.append(batch.sliced(0..<middle))
            }
        }
        return nil
    }

    mutating func rewind() { pending = [] }
}
