import Cypher
import GraphStore
import Values

/// `CREATE|DROP INDEX|CONSTRAINT`: no rows, no plan, one operation.
struct SchemaBinder {
    let binder: Binder

    func bind(_ command: SchemaCommand) throws(QueryError) -> SchemaOperation {
        switch command {
        case .createIndex(let index): return try bind(index)
        case .dropIndex(let name, let ifExists):
            return .dropIndex(name: bind(name), ifExists: ifExists)
        case .createConstraint(let constraint): return try bind(constraint)
        case .dropConstraint(let name, let ifExists):
            return .dropConstraint(name: bind(name), ifExists: ifExists)
        }
    }

    private func bind(_ index: CreateIndex) throws(QueryError) -> SchemaOperation {
        let kind: IndexDefinition.Kind =
            switch index.kind {
            case .range: .range
            case .text: .text
            case .point: .point
            case .fulltext: .fulltext
            case .vector: .vector
            case .lookup: .lookup
            }
        if kind == .lookup {
            throw QueryError(
                .unsupported, "Labels and types are always indexed; there is no lookup index.",
                at: index.range)
        }
        let definition = IndexDefinition(
            name: name(kind.rawValue, index.target), kind: kind,
            entity: entity(index.target), labelsOrTypes: index.target.labelsOrTypes.map(\.text),
            properties: index.target.properties.map(\.text))
        var options: BoundExpression?
        if let written = index.options { options = try binder.bind(written).expression }
        return .createIndex(
            definition, name: index.name.map(bind), options: options,
            ifNotExists: index.ifNotExists)
    }

    private func bind(_ constraint: CreateConstraint) throws(QueryError) -> SchemaOperation {
        let kind: ConstraintDefinition.Kind
        let word: String
        switch constraint.kind {
        case .unique: (kind, word) = (.unique, "unique")
        case .exists: (kind, word) = (.exists, "exists")
        case .key: (kind, word) = (.key, "key")
        case .type(let type): (kind, word) = (.type(Printer.print(type)), "type")
        }
        guard let label = constraint.target.labelsOrTypes.first else {
            throw QueryError(
                .syntax, "A constraint names a label or a type.", at: constraint.range)
        }
        let definition = ConstraintDefinition(
            name: name(word, constraint.target), kind: kind,
            entity: entity(constraint.target), labelOrType: label.text,
            properties: constraint.target.properties.map(\.text))
        return .createConstraint(
            definition, name: constraint.name.map(bind), ifNotExists: constraint.ifNotExists)
    }

    private func entity(_ target: SchemaTarget) -> EntityKind {
        target.isRelationship ? .relationship : .node
    }

    /// A name that says what the thing is: `range_User_id`.
    private func name(_ word: String, _ target: SchemaTarget) -> String {
        let parts = [word] + target.labelsOrTypes.map(\.text) + target.properties.map(\.text)
        return parts.joined(separator: "_")
    }

    private func bind(_ name: SchemaName) -> BoundExpression {
        switch name {
        case .name(let name): .constant(.string(name.text))
        case .parameter(let name): .parameter(name.text)
        }
    }
}
