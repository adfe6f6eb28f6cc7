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

    /// How a property's values are distributed among nodes with the label, or relationships of the
    /// type; nil where that is not known.
    func statistics(of property: String, _ entity: EntityKind, _ labelOrType: String)
        -> PropertyStatistics?

    /// Online indexes that seeks can use (range, text and point) over nodes with the label, or
    /// relationships of the type.
    func indexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition]
    /// Entities that an index is expected to give for a condition of known values.
    func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double?
    func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double?
}

/// The catalogue of a snapshot, for the planning of one statement: what was asked is remembered,
/// because an order of joins is found by asking the same few counts many times.
public final class GraphViewCatalog: Catalog {
    /// What a count is of; empty names stand for any.
    private struct CountName {
        var label = ""
        var type = ""
        var isOutgoing = false
    }

    private let view: GraphView
    /// Few: a statement names few labels and types.
    private var counts: [(name: CountName, count: Double)] = []
    private var statistics:
        [(
            entity: EntityKind, labelOrType: String, property: String, found: PropertyStatistics?
        )] = []
    private var indexes: [(entity: EntityKind, labelOrType: String, found: [IndexDefinition])] = []
    public let nodeCount: Double
    public let relationshipCount: Double

    public init(_ view: GraphView) {
        self.view = view
        nodeCount = Double(view.nodeCount)
        relationshipCount = Double(view.relationshipCount)
    }

    public var schemaVersion: UInt64 { view.schemaVersion }
    public var labelNames: [String] { view.labelNames }
    public var typeNames: [String] { view.typeNames }
    public var propertyKeyNames: [String] { view.keyNames }
    public func hasLabel(_ name: String) -> Bool { view.label(name) != nil }
    public func hasType(_ name: String) -> Bool { view.type(name) != nil }
    public func hasPropertyKey(_ name: String) -> Bool { view.key(name) != nil }

    public func nodeCount(label: String) -> Double {
        remembered(CountName(label: label)) {
            view.label(label).map { view.nodeCount(label: $0) }
        }
    }

    public func relationshipCount(type: String) -> Double {
        remembered(CountName(type: type)) {
            view.type(type).map { view.relationshipCount(type: $0) }
        }
    }

    public func relationshipCount(label: String, type: String, direction: StoredDirection)
        -> Double
    {
        let name = CountName(label: label, type: type, isOutgoing: direction == .outgoing)
        return remembered(name) {
            guard let label = view.label(label), let type = view.type(type) else { return nil }
            return view.relationshipCount(label: label, type: type, direction: direction)
        }
    }

    private func remembered(_ name: CountName, _ count: () -> Int?) -> Double {
        let place = counts.firstIndex { known in
            known.name.isOutgoing == name.isOutgoing && sameName(known.name.label, name.label)
                && sameName(known.name.type, name.type)
        }
        if let place { return counts[place].count }
        let found = Double(count() ?? 0)
        counts.append((name: name, count: found))
        return found
    }

    public func statistics(of property: String, _ entity: EntityKind, _ labelOrType: String)
        -> PropertyStatistics?
    {
        let place = statistics.firstIndex { known in
            known.entity == entity && sameName(known.property, property)
                && sameName(known.labelOrType, labelOrType)
        }
        if let place { return statistics[place].found }
        let found = view.statistics(of: property, entity, labelOrType)
        statistics.append((entity, labelOrType, property, found))
        return found
    }

    public func indexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition] {
        let place = indexes.firstIndex { known in
            known.entity == entity && sameName(known.labelOrType, labelOrType)
        }
        if let place { return indexes[place].found }
        let found = view.seekableIndexes(entity, labelOrType)
        indexes.append((entity, labelOrType, found))
        return found
    }

    public func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double? {
        view.estimate(index, condition)
    }

    public func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double? {
        view.estimate(index, condition)
    }
}
