public import GraphStore

/// Which part of the graph an algorithm sees, by name: a view that is read anew by each call, so
/// that nothing in it can be stale. What `gds.graph.project` keeps.
public struct GraphDefinition: Sendable, Equatable {
    public enum Orientation: String, Sendable, CaseIterable {
        /// From start to end.
        case natural = "NATURAL"
        /// From end to start.
        case reverse = "REVERSE"
        /// Both: each relationship is seen from both its ends.
        case undirected = "UNDIRECTED"
    }

    public struct Relationships: Sendable, Equatable {
        /// nil is every type.
        public var type: String?
        public var orientation: Orientation
        /// The name that the view gives them; types with one name are one.
        public var name: String

        public init(type: String?, orientation: Orientation = .natural, name: String? = nil) {
            self.type = type
            self.orientation = orientation
            self.name = name ?? type ?? "__ALL__"
        }
    }

    /// A relationship property under the name that the view gives it.
    public struct Weight: Sendable, Equatable {
        public var name: String
        public var property: String
        /// Of relationships that have no such finite number.
        public var fallback: Double

        public init(name: String, property: String, fallback: Double = 1) {
            self.name = name
            self.property = property
            self.fallback = fallback
        }
    }

    /// Nodes with one of these labels; nil is all nodes.
    public var labels: [String]?
    public var relationships: [Relationships]
    public var weights: [Weight]

    public init(labels: [String]?, relationships: [Relationships], weights: [Weight] = []) {
        self.labels = labels
        self.relationships = relationships
        self.weights = weights
    }

    /// The adjacency lists that the view is made of. Types that do not exist have none.
    public func lists(in view: GraphView) -> [SampledRelation.List] {
        var lists: [SampledRelation.List] = []
        for part in relationships {
            for name in part.type.map({ [$0] }) ?? view.typeNames {
                guard let type = view.type(name) else { continue }
                if part.orientation != .reverse { lists.append(.init(type, .outgoing)) }
                if part.orientation != .natural { lists.append(.init(type, .incoming)) }
            }
        }
        return lists
    }
}
