public import Values

/// Changes to the graph, inside one write transaction on the writer thread. `view` sees each
/// change at once. Constraints of uniqueness are checked as values are written, existence and
/// key constraints when the unit ends.
public final class GraphWriter {
    init() {}
    public var view: GraphView { fatalError("contract") }
    public private(set) var counters = WriteCounters()

    /// Tokens, made where they are new.
    public func label(_ name: String) throws(StoreError) -> LabelID { fatalError("contract") }
    public func type(_ name: String) throws(StoreError) -> TypeID { fatalError("contract") }
    public func key(_ name: String) throws(StoreError) -> KeyID { fatalError("contract") }

    /// Null values are left out. Labels and keys may repeat; the last value of a key wins.
    public func createNode(labels: [LabelID], properties: [(key: KeyID, value: Value)])
        throws(StoreError) -> NodeID
    { fatalError("contract") }
    public func createRelationship(
        type: TypeID, start: NodeID, end: NodeID, properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) -> RelationshipID { fatalError("contract") }

    /// Null removes. Setting a property to the value it has counts as set.
    public func setProperty(_ key: KeyID, ofNode id: NodeID, to value: Value) throws(StoreError) {
        fatalError("contract")
    }
    public func setProperty(_ key: KeyID, ofRelationship id: RelationshipID, to value: Value)
        throws(StoreError)
    { fatalError("contract") }
    /// Returns whether the node did not have it.
    public func addLabel(_ label: LabelID, to node: NodeID) throws(StoreError) -> Bool {
        fatalError("contract")
    }
    public func removeLabel(_ label: LabelID, from node: NodeID) throws(StoreError) -> Bool {
        fatalError("contract")
    }

    /// Removes the node's record, labels and index entries. Its relationships stay until they are
    /// deleted too; `checkDeletions()` says whether some are left. Deleting twice does nothing.
    public func deleteNode(_ id: NodeID) throws(StoreError) { fatalError("contract") }
    public func deleteRelationship(_ id: RelationshipID) throws(StoreError) {
        fatalError("contract")
    }
    /// Deletes the node's relationships, then the node.
    public func detachDeleteNode(_ id: NodeID) throws(StoreError) { fatalError("contract") }
    /// At the end of a statement: throws `nodeHasRelationships` for a node deleted by this
    /// transaction that still has some.
    public func checkDeletions() throws(StoreError) { fatalError("contract") }
}

public struct WriteCounters: Sendable, Equatable {
    public var nodesCreated = 0
    public var nodesDeleted = 0
    public var relationshipsCreated = 0
    public var relationshipsDeleted = 0
    public var propertiesSet = 0
    public var labelsAdded = 0
    public var labelsRemoved = 0
    public var indexesAdded = 0
    public var indexesRemoved = 0
    public var constraintsAdded = 0
    public var constraintsRemoved = 0

    public init() {}
    public var isEmpty: Bool { self == WriteCounters() }
}
