/// Evaluates batches so that errors keep their row.
///
/// A batch is evaluated at once, and a later step may never ask for its last rows: no error may come
/// from a row past a LIMIT. So where a batch fails, it is cut in two and tried again: the rows before
/// the failing one go on first, and the error comes when that row is due.
struct RowErrors {
    private var pending: [Batch] = []

    /// The next batch of `child` that `evaluate` changes and wants to keep.
    mutating func next(of child: any Operator, _ evaluate: (inout Batch) throws -> Bool) throws
        -> Batch?
    {
        while var batch = try pending.popLast() ?? child.next() {
            // One row is not tried again: it is the only one to hold its columns.
            let whole = batch.count > 1 ? batch : nil
            do {
                if try evaluate(&batch) { return batch }
            } catch let error as QueryError where error.comesFromRow {
                guard let whole else { throw error }
                let middle = whole.count / 2
                pending.append(whole.sliced(middle..<whole.count))
                pending.append(whole.sliced(0..<middle))
            }
        }
        return nil
    }

    mutating func rewind() { pending = [] }
}
