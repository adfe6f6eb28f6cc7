import GraphStore
import Values

extension BuiltInProcedures {
    /// `SHOW INDEXES` and `SHOW CONSTRAINTS`.
    static var schemaListProcedures: [any Procedure] { [showIndexes, showConstraints] }

    private static var showIndexes: any Procedure {
        BuiltInProcedure(
            "show.indexes",
            inputs: [
                .init("kind", .string, fallback: .null, "Only this kind: range, fulltext, …")
            ],
            yields: [
                .init("id", .integer, "A number in this list."),
                .init("name", .string, "The index's name."),
                .init("state", .string, "ONLINE, POPULATING or FAILED."),
                .init("populationPercent", .float, "How much is built."),
                .init("type", .string, "RANGE, FULLTEXT, VECTOR, LOOKUP, …"),
                .init("entityType", .string, "NODE or RELATIONSHIP."),
                .init("labelsOrTypes", .listOfStrings, "What it is for."),
                .init("properties", .listOfStrings, "The indexed properties, in order."),
                .init("indexProvider", .string, "The implementation."),
                .init("owningConstraint", .string, "The constraint that it backs."),
                .init("lastRead", .any, "Always null: reads are not recorded."),
                .init("readCount", .integer, "Always null: reads are not recorded."),
                .init("trackedSince", .any, "Always null: reads are not recorded."),
                .init("options", .map, "Provider and configuration."),
                .init("failureMessage", .string, "Why building failed."),
                .init("createStatement", .string, "A statement that makes it."),
            ],
            "Lists the indexes."
        ) { arguments, context, output in
            let indexes = context.view.indexes.sorted { $0.name.compareBytes(with: $1.name) < 0 }
            for (number, index) in indexes.enumerated() {
                if case .string(let kind) = arguments[0], kind != "all", index.kind.rawValue != kind
                {
                    continue
                }
                let (state, percent, failure) = progress(index.state)
                let hasProperties = !index.properties.isEmpty
                output.append(
                    .integer(Int64(number + 1)), .string(index.name), .string(state),
                    .float(percent), .string(index.kind.rawValue.uppercased()),
                    .string(index.entity.text), strings(index.labelsOrTypes, orNull: true),
                    hasProperties ? strings(index.properties) : .null,
                    .string("\(index.kind.rawValue)-1.0"),
                    index.owningConstraint.map { .string($0) } ?? .null, .null, .null, .null,
                    .map([
                        "indexProvider": .string("\(index.kind.rawValue)-1.0"),
                        "indexConfig": .map(index.options),
                    ]), .string(failure), .string(SchemaStatements.create(index)))
            }
        }
    }

    private static func progress(_ state: IndexDefinition.State) -> (String, Double, String) {
        switch state {
        case .online: ("ONLINE", 100, "")
        case .populating(let share): ("POPULATING", share * 100, "")
        case .failed(let reason): ("FAILED", 0, reason)
        }
    }

    private static var showConstraints: any Procedure {
        BuiltInProcedure(
            "show.constraints",
            inputs: [
                .init("kind", .string, fallback: .null, "Only this kind: unique, key, exists, …")
            ],
            yields: [
                .init("id", .integer, "A number in this list."),
                .init("name", .string, "The constraint's name."),
                .init("type", .string, "UNIQUENESS, NODE_KEY, NODE_PROPERTY_EXISTENCE, …"),
                .init("entityType", .string, "NODE or RELATIONSHIP."),
                .init("labelsOrTypes", .listOfStrings, "What it is for."),
                .init("properties", .listOfStrings, "The properties that it constrains."),
                .init("ownedIndex", .string, "The index that backs it."),
                .init("propertyType", .string, "The type that the property must have."),
                .init("options", .map, "Provider and configuration of its index."),
                .init("createStatement", .string, "A statement that makes it."),
            ],
            "Lists the constraints."
        ) { arguments, context, output in
            let indexes = context.view.indexes
            let constraints = context.view.constraints.sorted {
                $0.name.compareBytes(with: $1.name) < 0
            }
            for (number, constraint) in constraints.enumerated() {
                if case .string(let kind) = arguments[0], !constraint.isOf(kind: kind) { continue }
                let index = indexes.first {
                    $0.owningConstraint?.hasSameBytes(as: constraint.name) ?? false
                }
                var type = Value.null
                if case .type(let text) = constraint.kind { type = .string(text) }
                output.append(
                    .integer(Int64(number + 1)), .string(constraint.name),
                    .string(constraint.typeText), .string(constraint.entity.text),
                    strings([constraint.labelOrType]), strings(constraint.properties),
                    index.map { .string($0.name) } ?? .null, type,
                    index.map {
                        .map([
                            "indexProvider": .string("\($0.kind.rawValue)-1.0"),
                            "indexConfig": .map($0.options),
                        ])
                    } ?? .null, .string(SchemaStatements.create(constraint)))
            }
        }
    }

    private static func strings(_ names: [String], orNull: Bool = false) -> Value {
        names.isEmpty && orNull ? .null : .list(names.map { .string($0) })
    }
}

extension EntityKind {
    /// As SHOW prints it.
    var text: String {
        switch self {
        case .node: "NODE"
        case .relationship: "RELATIONSHIP"
        }
    }
}

extension ConstraintDefinition {
    /// As SHOW CONSTRAINTS prints it.
    fileprivate var typeText: String {
        switch (kind, entity) {
        case (.unique, .node): "UNIQUENESS"
        case (.unique, .relationship): "RELATIONSHIP_UNIQUENESS"
        case (.exists, let entity): "\(entity.text)_PROPERTY_EXISTENCE"
        case (.key, let entity): "\(entity.text)_KEY"
        case (.type, let entity): "\(entity.text)_PROPERTY_TYPE"
        }
    }

    /// `SHOW UNIQUE CONSTRAINTS` and its kin, in any of the orders in which the words are written.
    fileprivate func isOf(kind words: String) -> Bool {
        let words = words.lowercased()
        if words.contains("node") && entity != .node { return false }
        if words.contains("rel") && entity != .relationship { return false }
        return switch kind {
        case .unique: words.contains("uniq") || words == "all"
        case .exists: words.contains("exist") || words == "all"
        case .key: words.contains("key") || words == "all"
        case .type: words.contains("type") || words == "all"
        }
    }
}
