public import GraphStore
import Values

/// The store's two directions; a pattern has a third one.
public typealias StoredDirection = Direction

/// All that binding and planning see of the store: names, counts and indexes. Tests plan against a
/// catalogue of their own making.
public protocol Catalog: AnyObject {
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
    private let view: GraphView
    // Asked by the hundred, by one thread, and no answer asks again: nothing to check.
    @exclusivity(unchecked)
    private var counts = KnownCounts()
    @exclusivity(unchecked)
    private var statistics:
        [(
            entity: EntityKind, labelOrType: String, property: String, found: PropertyStatistics?
        )] = []
    @exclusivity(unchecked)
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
    public func hasLabel(_ name: String) -> Bool { counts.hasLabel(name, view) }
    public func hasType(_ name: String) -> Bool { counts.hasType(name, view) }
    public func hasPropertyKey(_ name: String) -> Bool { view.key(name) != nil }

    public func nodeCount(label: String) -> Double { counts.nodes(label, view) }

    public func relationshipCount(type: String) -> Double { counts.relationships(type, view) }

    public func relationshipCount(label: String, type: String, direction: StoredDirection)
        -> Double
    {
        counts.relationships(type, at: label, direction, view)
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

/// The labels and types that a statement names, few of each, and how many there are of what.
private struct KnownCounts {
    private struct Token {
        let name: String
        /// nil where nothing has ever had it.
        let id: UInt32?
        /// nil before it is asked for.
        var count: Double?
    }

    private struct Ends {
        /// By place.
        let label: Int
        let type: Int
        let direction: StoredDirection
        let count: Double
    }

    private var labels: [Token] = []
    private var types: [Token] = []
    private var ends: [Ends] = []

    mutating func hasLabel(_ name: String, _ view: GraphView) -> Bool {
        labels[label(name, view)].id != nil
    }

    mutating func hasType(_ name: String, _ view: GraphView) -> Bool {
        types[type(name, view)].id != nil
    }

    mutating func nodes(_ label: String, _ view: GraphView) -> Double {
        let place = self.label(label, view)
        if let known = labels[place].count { return known }
        let count = labels[place].id.map { Double(view.nodeCount(label: $0)) } ?? 0
        labels[place].count = count
        return count
    }

    mutating func relationships(_ type: String, _ view: GraphView) -> Double {
        let place = self.type(type, view)
        if let known = types[place].count { return known }
        let count = types[place].id.map { Double(view.relationshipCount(type: $0)) } ?? 0
        types[place].count = count
        return count
    }

    mutating func relationships(
        _ type: String, at label: String, _ direction: StoredDirection, _ view: GraphView
    ) -> Double {
        let (label, type) = (self.label(label, view), self.type(type, view))
        for known in ends
        where known.label == label && known.type == type && known.direction == direction {
            return known.count
        }
        var count = 0.0
        if let labelID = labels[label].id, let typeID = types[type].id {
            count = Double(
                view.relationshipCount(label: labelID, type: typeID, direction: direction))
        }
        ends.append(Ends(label: label, type: type, direction: direction, count: count))
        return count
    }

    private mutating func label(_ name: String, _ view: GraphView) -> Int {
        if let known = Self.place(of: name, in: labels) { return known }
        labels.append(Token(name: name, id: view.label(name)))
        return labels.count - 1
    }

    private mutating func type(_ name: String, _ view: GraphView) -> Int {
        if let known = Self.place(of: name, in: types) { return known }
        types.append(Token(name: name, id: view.type(name)))
        return types.count - 1
    }

    private static func place(of name: String, in tokens: [Token]) -> Int? {
        for place in tokens.indices where sameName(tokens[place].name, name) { return place }
        return nil
    }
}
