import GraphStore
import Values

extension BuiltInProcedures {
    /// What kinds of nodes and relationships there are, and what properties they have.
    static var schemaOverviewProcedures: [any Procedure] {
        [visualization, nodeTypeProperties, relTypeProperties]
    }

    private static var visualization: any Procedure {
        BuiltInProcedure(
            "db.schema.visualization",
            yields: [
                .init(
                    "nodes", .listOfNodes,
                    "One node for each label in use: {name, indexes: properties of each, "
                        + "constraints: names}."),
                .init(
                    "relationships", .list,
                    "One relationship for each type between each two of its labels."),
            ],
            """
            The schema as a graph. From the counts that the store keeps: a type is drawn between \
            each label at its starts and each label at its ends.
            """
        ) { _, context, output in
            let view = context.view
            let labels = view.labelNames.indices.map { LabelID($0) }
                .filter { view.nodeCount(label: $0) > 0 }
            let nodes = labels.map { label in
                let name = view.name(label: label)
                return Value.node(
                    NodeValue(
                        id: UInt64(label), labels: [name],
                        properties: [
                            "name": .string(name), "indexes": indexes(of: name, view),
                            "constraints": constraints(of: name, view),
                        ]))
            }
            var relationships: [Value] = []
            for type in view.typeNames.indices.map({ TypeID($0) }) {
                func ends(_ direction: Direction) -> [LabelID] {
                    labels.filter {
                        view.relationshipCount(label: $0, type: type, direction: direction) > 0
                    }
                }
                let name = view.name(type: type)
                for start in ends(.outgoing) {
                    for end in ends(.incoming) {
                        relationships.append(
                            .relationship(
                                RelationshipValue(
                                    id: UInt64(relationships.count), type: name,
                                    start: UInt64(start), end: UInt64(end),
                                    properties: ["name": .string(name)])))
                    }
                }
            }
            output.append(.list(nodes), .list(relationships))
        }
    }

    /// The properties of each index on nodes of the label, but for those that constraints own.
    private static func indexes(of label: String, _ view: GraphView) -> Value {
        let found = view.indexes.filter { index in
            index.entity == .node && index.owningConstraint == nil
                && index.labelsOrTypes.contains { $0.hasSameBytes(as: label) }
        }
        return .list(found.map { .string($0.properties.joined(separator: ",")) })
    }

    /// The names of the label's constraints.
    private static func constraints(of label: String, _ view: GraphView) -> Value {
        let found = view.constraints.filter { constraint in
            constraint.entity == .node && constraint.labelOrType.hasSameBytes(as: label)
        }
        return .list(found.map { .string($0.name) })
    }

    /// Entities of one kind and the properties that were met on them.
    private struct Survey {
        private struct Property {
            var count = 0
            var types: Set<String> = []
        }

        private var total = 0
        private var properties: [KeyID: Property] = [:]

        mutating func add(_ found: [(key: KeyID, value: Value)]) {
            total += 1
            for (key, value) in found {
                properties[key, default: Property()].count += 1
                properties[key, default: Property()].types.insert(value.typeText)
            }
        }

        /// Calls back for each property, or once without one.
        func report(_ view: GraphView, _ row: (_ name: Value, _ types: Value, Bool) -> Void) {
            if properties.isEmpty { row(.null, .null, false) }
            for (key, property) in properties.sorted(by: { $0.key < $1.key }) {
                row(
                    .string(view.name(key: key)),
                    .list(property.types.sorted().map { .string($0) }),
                    property.count == total)
            }
        }
    }

    /// Entities that are looked at between two looks at cancellation.
    private static let surveyBatch = 2048

    private static var nodeTypeProperties: any Procedure {
        BuiltInProcedure(
            "db.schema.nodeTypeProperties",
            yields: [
                .init("nodeType", .string, "The labels as a pattern has them."),
                .init("nodeLabels", .listOfStrings, "The labels."),
                .init("propertyName", .string, "A property, or null."),
                .init("propertyTypes", .listOfStrings, "The types that it has."),
                .init("mandatory", .boolean, "Whether all such nodes have it."),
            ],
            "The properties of each combination of labels. Reads all nodes."
        ) { _, context, output in
            let view = context.view
            var surveys: [[LabelID]: Survey] = [:]
            let scan = view.nodes()
            var ids = ContiguousArray<UInt64>()
            while try scan.next(surveyBatch, into: &ids) > 0 {
                try context.cancellation.check()
                for id in ids {
                    surveys[view.labels(of: id), default: Survey()]
                        .add(view.properties(ofNode: id))
                }
                ids.removeAll(keepingCapacity: true)
            }
            for (labels, survey) in surveys.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
            {
                let names = labels.map { view.name(label: $0) }
                survey.report(view) { name, types, mandatory in
                    output.append(
                        .string(names.map { ":`\($0)`" }.joined()),
                        .list(names.map { .string($0) }), name, types, .boolean(mandatory))
                }
            }
        }
    }

    private static var relTypeProperties: any Procedure {
        BuiltInProcedure(
            "db.schema.relTypeProperties",
            yields: [
                .init("relType", .string, "The type as a pattern has it."),
                .init("propertyName", .string, "A property, or null."),
                .init("propertyTypes", .listOfStrings, "The types that it has."),
                .init("mandatory", .boolean, "Whether all such relationships have it."),
            ],
            "The properties of each relationship type. Reads all relationships."
        ) { _, context, output in
            let view = context.view
            var surveys: [TypeID: Survey] = [:]
            let scan = view.relationships()
            var ids = ContiguousArray<UInt64>()
            while try scan.next(surveyBatch, into: &ids) > 0 {
                try context.cancellation.check()
                for id in ids {
                    guard let record = view.relationship(id) else { continue }
                    surveys[record.type, default: Survey()]
                        .add(view.properties(ofRelationship: id))
                }
                ids.removeAll(keepingCapacity: true)
            }
            for (type, survey) in surveys.sorted(by: { $0.key < $1.key }) {
                survey.report(view) { name, types, mandatory in
                    output.append(
                        .string(":`\(view.name(type: type))`"), name, types, .boolean(mandatory))
                }
            }
        }
    }
}
