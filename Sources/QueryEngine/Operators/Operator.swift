/// A running step of a plan. Pulled: each call gives the next batch, nil at the end. An empty batch
/// is never given.
///
/// Operators are made for one execution by `OperatorBuilder` and used on one thread. A right side
/// of an apply is rewound for each batch (or row) of arguments.
protocol Operator: AnyObject {
    func next() throws -> Batch?
    /// Starts again, over new arguments.
    func rewind()
}
