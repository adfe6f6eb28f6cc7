import Values

/// SET and REMOVE.
final class SetOperator: Operator {
    private let child: any Operator
    private let setter: Setter
    private let output: [Slot]
    private let context: QueryContext

    init(child: any Operator, setter: Setter, output: [Slot], context: QueryContext) {
        self.child = child
        self.setter = setter
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        try context.checkpoint()
        try setter.apply(batch)
        return batch.keeping(output)
    }

    func rewind() { child.rewind() }
}
