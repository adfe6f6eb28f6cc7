internal import LMDB
internal import Values

/// What a unit has changed that is checked at its end.
struct TouchedEntities {
    var nodes: Set<NodeID> = []
    var relationships: Set<RelationshipID> = []
    var unique: [(index: Schema.Index, entry: IndexEntry)] = []
    /// Nodes that were deleted while they had relationships.
    var deletedConnected: Set<NodeID> = []
}

extension GraphWriter {
    /// The end of a statement: uniqueness and property types hold.
    func checkStatement() throws(StoreError) {
        if !touched.unique.isEmpty {
            let cursor = try transaction.current.openCursor(databases.indexes)
            for (index, entry) in touched.unique {
                if let other = view.duplicate(of: entry, in: index, cursor) {
                    throw violation(of: index, entry.entity, other)
                }
            }
            touched.unique.removeAll()
        }
        try checkConstraints(presence: false)
    }

    /// The end of a unit: everything holds.
    func checkUnit() throws(StoreError) {
        try checkStatement()
        try checkDeletions()
        try checkConstraints(presence: true)
        touched.nodes.removeAll()
        touched.relationships.removeAll()
    }

    private func checkConstraints(presence: Bool) throws(StoreError) {
        if transaction.schema.constraints.isEmpty { return }
        for node in touched.nodes {
            guard let record = view.nodeRecord(node) else { continue }
            for label in record.labels {
                for constraint in transaction.schema.constraints(of: .node, label)
                where constraint.needsPresence == presence {
                    try view.check(constraint, .node, node, record.properties)
                }
            }
        }
        for relationship in touched.relationships {
            guard let stored = view.storedRelationship(relationship) else { continue }
            for constraint in transaction.schema.constraints(of: .relationship, stored.type)
            where constraint.needsPresence == presence {
                try view.check(constraint, .relationship, relationship, stored.properties)
            }
        }
    }

    func violation(of index: Schema.Index, _ entity: UInt64, _ other: UInt64) -> StoreError {
        view.violation(of: index, entity, other)
    }
}

extension GraphView {
    /// Errors: `constraintViolation` that names the entity and the property.
    func check(
        _ constraint: Schema.Constraint, _ kind: EntityKind, _ id: UInt64,
        _ properties: PropertyBlob
    ) throws(StoreError) {
        for (key, name) in zip(constraint.keys, constraint.definition.properties) {
            let lookup = properties.find(key)
            if constraint.needsPresence {
                if case .found = lookup { continue }
                throw .constraintViolation(
                    constraint: constraint.definition.name,
                    reason: "\(describe(kind, id, constraint)) must have the property `\(name)`")
            }
            guard let type = constraint.propertyType, case .found(let stored) = lookup,
                let value = stored.value, !type.admits(value)
            else { continue }
            guard case .type(let text) = constraint.definition.kind else { continue }
            throw .constraintViolation(
                constraint: constraint.definition.name,
                reason: "\(describe(kind, id, constraint)) has \(value.kindInWords) as `\(name)`, "
                    + "which must be of type \(text)")
        }
    }

    func violation(of index: Schema.Index, _ entity: UInt64, _ other: UInt64) -> StoreError {
        let kind = index.definition.entity
        let values = zip(index.keys, index.definition.properties).map { key, name in
            "`\(name)` = " + shortText(property(key, of: kind, entity))
        }
        let both = [entity, other].sorted()
        let noun = kind == .node ? "Node" : "Relationship"
        let label = index.definition.labelsOrTypes.first ?? ""
        return .constraintViolation(
            constraint: index.definition.owningConstraint ?? index.definition.name,
            reason: "\(noun)(\(both[0])) already exists with `\(label)` and "
                + "\(values.joined(separator: ", ")), as has \(noun)(\(both[1]))")
    }

    private func property(_ key: KeyID, of kind: EntityKind, _ id: UInt64) -> Value {
        switch kind {
        case .node: property(key, ofNode: id)
        case .relationship: property(key, ofRelationship: id)
        }
    }

    private func describe(_ kind: EntityKind, _ id: UInt64, _ constraint: Schema.Constraint)
        -> String
    {
        let noun = kind == .node ? "Node" : "Relationship"
        return "\(noun)(\(id)) with `\(constraint.definition.labelOrType)`"
    }

    /// A value as messages show it.
    private func shortText(_ value: Value) -> String {
        switch value {
        case .string(let text):
            let start = text.unicodeScalars.prefix(60)
            return "'" + String(String.UnicodeScalarView(start)) + "'"
        case .integer(let value): return String(value)
        case .float(let value): return String(value)
        case .boolean(let value): return String(value)
        default: return value.kindInWords
        }
    }
}
