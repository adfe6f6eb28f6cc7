public import Values

/// What a statement reads: a snapshot, or the writer's own uncommitted state. Ids, tokens, counts,
/// records, properties, adjacency and indexes as of one moment.
///
/// One thread at a time. Errors of reading are damage of the file: they trap no one and throw
/// `StoreError.unusable`.
public final class GraphView {
    init() {}

    /// The id of the last commit that this view sees.
    public var snapshotID: UInt64 { fatalError("contract") }
    /// Grows with every schema change: plans made for another version are stale.
    public var schemaVersion: UInt64 { fatalError("contract") }
    public var isWritable: Bool { fatalError("contract") }
    /// Ends the snapshot. Readers and scans made from it must not be used afterwards.
    public func close() { fatalError("contract") }
}

// MARK: Catalogue and statistics

extension GraphView {
    public func label(_ name: String) -> LabelID? { fatalError("contract") }
    public func type(_ name: String) -> TypeID? { fatalError("contract") }
    public func key(_ name: String) -> KeyID? { fatalError("contract") }
    public func name(label: LabelID) -> String { fatalError("contract") }
    public func name(type: TypeID) -> String { fatalError("contract") }
    public func name(key: KeyID) -> String { fatalError("contract") }
    /// All of them, with numbers 0 ..< count, whether in use or not.
    public var labelNames: [String] { fatalError("contract") }
    public var typeNames: [String] { fatalError("contract") }
    public var keyNames: [String] { fatalError("contract") }

    public var nodeCount: Int { fatalError("contract") }
    public var relationshipCount: Int { fatalError("contract") }
    public func nodeCount(label: LabelID) -> Int { fatalError("contract") }
    public func relationshipCount(type: TypeID) -> Int { fatalError("contract") }
    /// Relationships of a type that stand at nodes with the label: at their starts for
    /// `outgoing`, at their ends for `incoming`.
    public func relationshipCount(label: LabelID, type: TypeID, direction: Direction) -> Int {
        fatalError("contract")
    }
}

// MARK: Records

extension GraphView {
    public func nodeExists(_ id: NodeID) -> Bool { fatalError("contract") }
    public func relationshipExists(_ id: RelationshipID) -> Bool { fatalError("contract") }
    /// Ascending; empty where the node does not exist.
    public func labels(of node: NodeID) -> [LabelID] { fatalError("contract") }
    public func hasLabel(_ node: NodeID, _ label: LabelID) -> Bool { fatalError("contract") }
    public func relationship(_ id: RelationshipID) -> RelationshipRecord? {
        fatalError("contract")
    }

    /// `.null` where there is no such property or entity.
    public func property(_ key: KeyID, ofNode id: NodeID) -> Value { fatalError("contract") }
    public func property(_ key: KeyID, ofRelationship id: RelationshipID) -> Value {
        fatalError("contract")
    }
    /// In key order.
    public func properties(ofNode id: NodeID) -> [(key: KeyID, value: Value)] {
        fatalError("contract")
    }
    public func properties(ofRelationship id: RelationshipID) -> [(key: KeyID, value: Value)] {
        fatalError("contract")
    }

    /// One property of many entities, appended in their order; `Column.absent` ids and missing
    /// properties append null. The cursor stays where the last id was, so ids in ascending order
    /// cost a few nanoseconds each.
    public func appendProperty(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>,
        to column: inout ColumnBuilder
    ) { fatalError("contract") }

    /// One byte per node: 1 where it has the label.
    public func testLabel(
        _ label: LabelID, of nodes: UnsafeBufferPointer<NodeID>,
        into flags: inout ContiguousArray<UInt8>
    ) { fatalError("contract") }

    /// The entity as results show it; nil where it does not exist.
    public func nodeValue(_ id: NodeID) -> NodeValue? { fatalError("contract") }
    public func relationshipValue(_ id: RelationshipID) -> RelationshipValue? {
        fatalError("contract")
    }
}

public struct RelationshipRecord: Sendable {
    public let type: TypeID
    public let start: NodeID
    public let end: NodeID
    public init(type: TypeID, start: NodeID, end: NodeID) {
        self.type = type
        self.start = start
        self.end = end
    }
}

// MARK: Scans and indexes

extension GraphView {
    /// All nodes, or those with a label, ascending.
    public func nodes(label: LabelID? = nil) -> any IDScan { fatalError("contract") }
    /// All relationships, ascending.
    public func relationships() -> any IDScan { fatalError("contract") }
    /// Whether a node scan is narrowed to ids in the list is the caller's matter.

    /// All indexes and constraints, those still being built included.
    public var indexes: [IndexDefinition] { fatalError("contract") }
    public var constraints: [ConstraintDefinition] { fatalError("contract") }

    /// The ids that an online range index holds for a condition, in index order. Ids may come
    /// that do not meet it exactly where `IndexMatches.exact` is false (cut keys): test again.
    public func seek(_ index: IndexDefinition, _ condition: IndexCondition) throws(StoreError)
        -> IndexMatches
    { fatalError("contract") }
    /// An estimate from the index itself, cheap enough for the planner.
    public func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double {
        fatalError("contract")
    }
}

/// Ids in batches.
public protocol IDScan: AnyObject {
    /// Appends up to `limit` ids and returns how many; 0 is the end.
    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int
}

public struct IndexMatches {
    public let ids: any IDScan
    public let exact: Bool
    public init(ids: any IDScan, exact: Bool) {
        self.ids = ids
        self.exact = exact
    }
}

/// A condition on an index's properties, in their order: equality on the first ones, then at most
/// one open condition.
public struct IndexCondition: Sendable {
    public struct Bound: Sendable {
        public var value: Value
        public var inclusive: Bool
        public init(_ value: Value, inclusive: Bool) {
            self.value = value
            self.inclusive = inclusive
        }
    }
    public enum Tail: Sendable {
        case none
        /// Values of the bounds' type only; at least one bound.
        case range(lower: Bound?, upper: Bound?)
        case prefix(String)
    }
    public var equal: [Value]
    public var tail: Tail
    public init(equal: [Value], tail: Tail = .none) {
        self.equal = equal
        self.tail = tail
    }
}
