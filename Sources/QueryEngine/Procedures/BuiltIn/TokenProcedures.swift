import GraphStore
import Values

extension BuiltInProcedures {
    /// Names in use: what completion and tools ask first.
    static var tokenProcedures: [any Procedure] {
        [
            BuiltInProcedure(
                "db.labels",
                yields: [.init("label", .string, "A label that some node has.")],
                "Lists the labels in use."
            ) { _, context, output in
                let view = context.view
                for (id, name) in view.labelNames.enumerated()
                where view.nodeCount(label: LabelID(id)) > 0 { output.append(.string(name)) }
            },
            BuiltInProcedure(
                "db.relationshipTypes",
                yields: [
                    .init("relationshipType", .string, "A type that some relationship has.")
                ],
                "Lists the relationship types in use."
            ) { _, context, output in
                let view = context.view
                for (id, name) in view.typeNames.enumerated()
                where view.relationshipCount(type: TypeID(id)) > 0 {
                    output.append(.string(name))
                }
            },
            BuiltInProcedure(
                "db.propertyKeys",
                yields: [.init("propertyKey", .string, "A key that was used at some time.")],
                "Lists the property keys that were ever used."
            ) { _, context, output in
                for name in context.view.keyNames { output.append(.string(name)) }
            },
        ]
    }
}
