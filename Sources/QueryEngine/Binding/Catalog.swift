public import GraphStore
import Values

/// The store's two directions; a pattern has a third one.
public typealias StoredDirection = Direction

/// All that binding and planning see of the store: names, counts and indexes. Tests plan against a
/// catalogue of their own making.
public protocol Catalog {
    var schemaVersion: UInt64 { get }
    var labelNames: [String] { get }
    var typeNames: [String] { get }
    func hasLabel(_ name: String) -> Bool
    func hasType(_ name: String) -> Bool
    func hasPropertyKey(_ name: String) -> Bool
    var propertyKeyNames: [String] { get }

    var nodeCount: Double { get }
    var relationshipCount: Double { get }
    func nodeCount(label: String) -> Double
    func relationshipCount(type: String) -> Double
    /// Relationships of a type that stand at nodes with the label: at their starts for
    /// `outgoing`, at their ends for `incoming`.
    func relationshipCount(label: String, type: String, direction: StoredDirection) -> Double

    /// Online indexes that seeks can use (range, text and point) over nodes with the label, or
    /// relationships of the type.
    func indexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition]
    /// Entities that an index is expected to give for a condition of known values.
    func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double?
    func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double?
}

/// The catalogue of a snapshot.
public struct GraphViewCatalog: Catalog {
    private let view: GraphView
    private let indexes: [IndexDefinition]

    public init(_ view: GraphView) {
        self.view = view
        indexes = view.indexes.filter { index in
            [.range, .text, .point].contains(index.kind) && index.state == .online
        }
    }

    public var schemaVersion: UInt64 { view.schemaVersion }
    public var labelNames: [String] { view.labelNames }
    public var typeNames: [String] { view.typeNames }
    public var propertyKeyNames: [String] { view.keyNames }
    public func hasLabel(_ name: String) -> Bool { view.label(name) != nil }
    public func hasType(_ name: String) -> Bool { view.type(name) != nil }
    public func hasPropertyKey(_ name: String) -> Bool { view.key(name) != nil }

    public var nodeCount: Double { Double(view.nodeCount) }
    public var relationshipCount: Double { Double(view.relationshipCount) }

    public func nodeCount(label: String) -> Double {
        view.label(label).map { Double(view.nodeCount(label: $0)) } ?? 0
    }

    public func relationshipCount(type: String) -> Double {
        view.type(type).map { Double(view.relationshipCount(type: $0)) } ?? 0
    }

    public func relationshipCount(label: String, type: String, direction: StoredDirection)
        -> Double
    {
        guard let label = view.label(label), let type = view.type(type) else { return 0 }
        return Double(view.relationshipCount(label: label, type: type, direction: direction))
    }

    public func indexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition] {
        indexes.filter { index in
            index.entity == entity && index.labelsOrTypes.contains { sameName($0, labelOrType) }
        }
    }

    public func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double? {
        view.estimate(index, condition)
    }

    public func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double? {
        view.estimate(index, condition)
    }
}
