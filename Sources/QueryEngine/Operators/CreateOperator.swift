import Values

/// CREATE: for each row new nodes and relationships.
final class CreateOperator: Operator {
    private let child: any Operator
    private let creator: PatternCreator
    private let output: [Slot]
    private let context: QueryContext

    init(
        child: any Operator, creator: PatternCreator, output: [Slot], context: QueryContext
    ) {
        self.child = child
        self.creator = creator
        self.output = output
        self.context = context
    }

    func next() throws -> Batch? {
        guard var batch = try child.next() else { return nil }
        try context.checkpoint()
        try creator.create(&batch)
        return batch.keeping(output)
    }

    func rewind() { child.rewind() }
}
