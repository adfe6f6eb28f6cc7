import GraphStore
import Values

extension BuiltInProcedures {
    /// Creating an index returns when it is online, so these only say whether it is.
    static var waitingProcedures: [any Procedure] {
        let timeout = ProcedureSignature.Field(
            "timeOutSeconds", .integer, fallback: .integer(300), "Kept for compatibility.")
        return [
            BuiltInProcedure(
                "db.awaitIndexes", inputs: [timeout], yields: [],
                "Fails if an index is not online. Creating one waits until it is."
            ) { _, context, _ in
                for index in context.view.indexes { try requireOnline(index) }
            },
            BuiltInProcedure(
                "db.awaitIndex",
                inputs: [.init("indexName", .string, "The index."), timeout], yields: [],
                "Fails if the index is not online. Creating one waits until it is."
            ) { arguments, context, _ in
                guard case .string(let name) = arguments[0],
                    let index = context.view.indexes.first(where: {
                        $0.name.hasSameBytes(as: name)
                    })
                else {
                    throw QueryError(
                        .procedureFailed, "There is no index named \(arguments[0].excerpt).")
                }
                try requireOnline(index)
            },
        ]
    }

    private static func requireOnline(_ index: IndexDefinition) throws(QueryError) {
        switch index.state {
        case .online: return
        case .populating(let share):
            throw QueryError(
                .procedureFailed,
                "The index \(index.name) is still being built: \(Int(share * 100)) % are done.")
        case .failed(let reason):
            throw QueryError(.procedureFailed, "The index \(index.name) failed: \(reason)")
        }
    }
}
