internal import Foundation
import Values

extension FunctionDescription {
    /// Functions that the engine itself computes: over many rows, over the graph, or as syntax.
    public static let engineFunctions: [FunctionDescription] =
        [
            aggregate("avg", "input :: INTEGER | FLOAT | DURATION", "INTEGER | FLOAT | DURATION"),
            aggregate("collect", "input :: ANY", "LIST<ANY>"),
            aggregate("count", "input :: ANY", "INTEGER"),
            aggregate("max", "input :: ANY", "ANY"),
            aggregate("min", "input :: ANY", "ANY"),
            aggregate(
                "percentileCont", "input :: INTEGER | FLOAT, percentile :: FLOAT", "FLOAT"),
            aggregate(
                "percentileDisc", "input :: INTEGER | FLOAT, percentile :: FLOAT",
                "INTEGER | FLOAT"),
            aggregate("stDev", "input :: INTEGER | FLOAT", "FLOAT"),
            aggregate("stDevP", "input :: INTEGER | FLOAT", "FLOAT"),
            aggregate("sum", "input :: INTEGER | FLOAT | DURATION", "INTEGER | FLOAT | DURATION"),
        ] + [
            engine("coalesce", "Scalar", "input :: ANY", "ANY", "The first that is not null."),
            engine(
                "elementId", "Scalar", "input :: NODE | RELATIONSHIP", "STRING",
                "What identifies an entity."),
            engine(
                "endNode", "Scalar", "input :: RELATIONSHIP", "NODE", "Where it ends."),
            engine(
                "exists", "Predicate", "input :: ANY", "BOOLEAN",
                "Whether a property or a pattern is there."),
            engine(
                "file", "Scalar", "", "STRING", "The file that LOAD CSV reads."),
            engine(
                "id", "Scalar", "input :: NODE | RELATIONSHIP", "INTEGER",
                "What identifies an entity, as a number."),
            engine(
                "keys", "List", "input :: MAP | NODE | RELATIONSHIP", "LIST<STRING>",
                "The keys of a map, or of an entity's properties."),
            engine("labels", "List", "input :: NODE", "LIST<STRING>", "A node's labels."),
            engine("length", "Scalar", "input :: PATH", "INTEGER", "A path's relationships."),
            engine(
                "linenumber", "Scalar", "", "INTEGER", "The line that LOAD CSV reads."),
            engine("nodes", "List", "input :: PATH", "LIST<NODE>", "The nodes of a path."),
            engine(
                "properties", "Scalar", "input :: MAP | NODE | RELATIONSHIP", "MAP",
                "An entity's properties as a map."),
            engine(
                "relationships", "List", "input :: PATH", "LIST<RELATIONSHIP>",
                "The relationships of a path."),
            engine(
                "startNode", "Scalar", "input :: RELATIONSHIP", "NODE", "Where it starts."),
            engine("type", "Scalar", "input :: RELATIONSHIP", "STRING", "Its type."),
        ]

    private static func aggregate(_ name: String, _ inputs: String, _ result: String)
        -> FunctionDescription
    {
        FunctionDescription(
            name: name, category: "Aggregating",
            description: "Over the rows of each group; null is left out.",
            signature: "\(name)(\(inputs)) :: \(result)", isAggregating: true)
    }

    private static func engine(
        _ name: String, _ category: String, _ inputs: String, _ result: String,
        _ description: String
    ) -> FunctionDescription {
        FunctionDescription(
            name: name, category: category, description: description,
            signature: "\(name)(\(inputs)) :: \(result)", isAggregating: false)
    }

    // MARK: Read off the signature

    /// `[{name, type}, …]`
    var arguments: [Value] {
        guard let open = signature.firstIndex(of: "("), let close = signature.lastIndex(of: ")")
        else { return [] }
        let inside = signature[signature.index(after: open)..<close]
        if inside.isEmpty { return [] }
        return inside.split(separator: ", ").map { argument in
            let parts = argument.split(separator: " :: ", maxSplits: 1)
            return .map([
                "name": .string(String(parts.first ?? "")),
                "type": .string(String(parts.count > 1 ? parts[1] : "ANY")),
                "isDeprecated": .boolean(false),
            ])
        }
    }

    var result: String {
        guard let end = signature.range(of: ") :: ", options: .backwards) else { return "ANY" }
        return String(signature[end.upperBound...])
    }
}
