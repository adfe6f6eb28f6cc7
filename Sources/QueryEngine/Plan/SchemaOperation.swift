public import GraphStore
import Values

/// A schema command whose names and options may still hang on parameters.
public enum SchemaOperation: Sendable {
    /// A name or options of nil stand for what the definition has.
    case createIndex(
        IndexDefinition, name: BoundExpression?, options: BoundExpression?, ifNotExists: Bool)
    case dropIndex(name: BoundExpression, ifExists: Bool)
    case createConstraint(ConstraintDefinition, name: BoundExpression?, ifNotExists: Bool)
    case dropConstraint(name: BoundExpression, ifExists: Bool)
}

/// What a schema command does, with everything known.
public enum SchemaChange: Sendable {
    case createIndex(IndexDefinition, ifNotExists: Bool)
    case dropIndex(name: String, ifExists: Bool)
    case createConstraint(ConstraintDefinition, ifNotExists: Bool)
    case dropConstraint(name: String, ifExists: Bool)
}

extension SchemaOperation {
    /// Errors: a missing parameter, a name that is no string, options that are not
    /// `{indexProvider: …, indexConfig: {…}}`.
    public func change(in context: QueryContext) throws -> SchemaChange {
        switch self {
        case .createIndex(var definition, let name, let options, let ifNotExists):
            if let name { definition.name = try context.schemaName(name) }
            if let options { definition.options = try context.indexConfiguration(options) }
            return .createIndex(definition, ifNotExists: ifNotExists)
        case .dropIndex(let name, let ifExists):
            return .dropIndex(name: try context.schemaName(name), ifExists: ifExists)
        case .createConstraint(var definition, let name, let ifNotExists):
            if let name { definition.name = try context.schemaName(name) }
            return .createConstraint(definition, ifNotExists: ifNotExists)
        case .dropConstraint(let name, let ifExists):
            return .dropConstraint(name: try context.schemaName(name), ifExists: ifExists)
        }
    }
}

extension QueryContext {
    fileprivate func schemaName(_ expression: BoundExpression) throws -> String {
        let value = try ExpressionCompiler(context: self).constantValue(expression)
        guard case .string(let name) = value, !name.isEmpty else {
            throw QueryError(
                .argument, "The name of an index or a constraint is a string, not \(value.excerpt)."
            )
        }
        return name
    }

    /// What `indexConfig` holds.
    fileprivate func indexConfiguration(_ expression: BoundExpression) throws -> ValueMap {
        let value = try ExpressionCompiler(context: self).constantValue(expression)
        guard case .map(let options) = value else {
            throw QueryError(.argument, "OPTIONS is a map, not \(value.excerpt).")
        }
        var configuration = ValueMap()
        for (key, value) in options {
            switch (key, value) {
            case ("indexConfig", .map(let map)): configuration = map
            case ("indexProvider", .string): break
            default:
                throw QueryError(
                    .argument,
                    "OPTIONS takes indexProvider (a string) and indexConfig (a map), not "
                        + "\(key): \(value.excerpt).")
            }
        }
        return configuration
    }
}
