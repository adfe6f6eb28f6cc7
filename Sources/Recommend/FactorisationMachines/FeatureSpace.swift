import GraphStore
import LinearAlgebra
import Values

/// What a fit knows of the properties of users, or of items: which features there are, and how those
/// of a node are read from a snapshot.
///
/// A number `x` is one feature, of value `(x - mean) / deviation`, cut at
/// ``FeatureVocabulary/numberLimit``; a node without it has the mean. Of categories and neighbours
/// each value is a feature; a node's values of one part share a vector of length 1, so that many
/// genres weigh no more than one.
struct FeatureSpace: Sendable {
    /// Where features come from.
    struct Part: Sendable, Equatable {
        enum Source: Int32, Sendable { case numbers, categories, neighbours }

        let source: Source
        /// Of a property, or of a type of relationships.
        let name: String
    }

    private var vocabularies: [FeatureVocabulary] = []

    /// All features of all parts.
    var count: Int { vocabularies.reduce(0) { $0 + $1.count } }

    /// Values that become features.
    struct Limits: Sendable {
        /// As many nodes must have the value.
        let minimumNodes: Int
        /// Of one part; the most frequent ones.
        let maximumFeatures: Int
    }

    /// What `nodes` have of the parts. Errors: ``MethodError`` for a part of which they have nothing;
    /// the monitor's.
    init(
        _ parts: [Part], of nodes: [NodeID], named side: String, _ limits: Limits,
        _ view: GraphView, _ monitor: WorkMonitor
    ) throws {
        for part in parts {
            var vocabulary = FeatureVocabulary(part: part, first: Int32(count))
            guard try vocabulary.take(nodes, limits, view, monitor) else {
                throw MethodError("no \(side) has \(part.description)")
            }
            vocabularies.append(vocabulary)
        }
    }

    /// What nodes have, in their order. Errors: the monitor's.
    func features(of nodes: [NodeID], _ view: GraphView, _ monitor: WorkMonitor) throws
        -> [FeatureVector]
    {
        try nodes.map { node in
            try monitor.checkpoint()
            return features(of: node, view)
        }
    }

    /// What a node has.
    func features(of node: NodeID, _ view: GraphView) -> FeatureVector {
        var features = FeatureVector()
        for vocabulary in vocabularies { vocabulary.add(node, to: &features, view) }
        return features
    }
}

extension FeatureSpace {
    /// Under `name` and what they are parts of.
    func tensors(_ name: String) -> [TensorData] {
        vocabularies.enumerated().flatMap { $1.tensors("\(name).\($0)") }
    }

    /// What ``tensors(_:)`` stored of the same parts.
    init(_ parts: [Part], _ stored: TensorReader, _ name: String) throws {
        for (place, part) in parts.enumerated() {
            vocabularies.append(
                try FeatureVocabulary(part, first: count, stored, "\(name).\(place)"))
        }
    }

    /// No features.
    static let none = FeatureSpace()

    private init() {}
}
