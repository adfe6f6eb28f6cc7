import GraphStore
import Values

/// Schema as the statements that make it: for SHOW's `createStatement`, and for dumps.
enum SchemaStatements {
    static func create(_ index: IndexDefinition) -> String {
        let kind = index.kind == .range ? "" : index.kind.rawValue.uppercased() + " "
        let name = quoted(index.name)
        let labels = index.labelsOrTypes.map(quoted).joined(separator: "|")
        let pattern = pattern(index.entity, labels)
        switch index.kind {
        case .lookup:
            let function = index.entity == .node ? "labels(e)" : "type(r)"
            return "CREATE LOOKUP INDEX \(name) FOR \(pattern) ON EACH \(function)"
        case .fulltext:
            return "CREATE FULLTEXT INDEX \(name) FOR \(pattern) ON EACH "
                + "[\(properties(index.properties, index.entity))]" + options(index.options)
        case .range, .text, .point, .vector:
            return "CREATE \(kind)INDEX \(name) FOR \(pattern) ON "
                + "(\(properties(index.properties, index.entity)))" + options(index.options)
        }
    }

    static func create(_ constraint: ConstraintDefinition) -> String {
        let subject = properties(constraint.properties, constraint.entity)
        let bracketed = constraint.properties.count == 1 ? subject : "(\(subject))"
        let requirement =
            switch (constraint.kind, constraint.entity) {
            case (.unique, _): "\(bracketed) IS UNIQUE"
            case (.exists, _): "\(bracketed) IS NOT NULL"
            case (.key, .node): "\(bracketed) IS NODE KEY"
            case (.key, .relationship): "\(bracketed) IS RELATIONSHIP KEY"
            case (.type(let type), _): "\(bracketed) IS :: \(type)"
            }
        return "CREATE CONSTRAINT \(quoted(constraint.name)) FOR "
            + "\(pattern(constraint.entity, quoted(constraint.labelOrType))) REQUIRE \(requirement)"
    }

    private static func pattern(_ entity: EntityKind, _ labels: String) -> String {
        let colon = labels.isEmpty ? "" : ":"
        return switch entity {
        case .node: "(e\(colon)\(labels))"
        case .relationship: "()-[r\(colon)\(labels)]-()"
        }
    }

    private static func properties(_ names: [String], _ entity: EntityKind) -> String {
        let variable = entity == .node ? "e" : "r"
        return names.map { "\(variable).\(quoted($0))" }.joined(separator: ", ")
    }

    private static func options(_ options: ValueMap) -> String {
        options.isEmpty ? "" : " OPTIONS {indexConfig: \(Value.map(options).cypherText)}"
    }

    private static func quoted(_ name: String) -> String {
        "`" + name.split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``")
            + "`"
    }
}
