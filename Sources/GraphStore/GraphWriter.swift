internal import LMDB

/// Changes to the graph, inside one write transaction on the writer thread. `view` sees each
/// change at once.
///
/// Uniqueness and property types hold at the end of each statement, so that a statement may swap
/// two unique values; existence, keys and connected deletions hold when the unit ends. A group's
/// unit is one statement; an explicit transaction's are checked after each `perform`.
public final class GraphWriter {
    let transaction: WriteTransaction
    public internal(set) var counters = WriteCounters()
    var touched = TouchedEntities()
    /// Record under construction: kept for its memory.
    var scratch: [UInt8] = []

    init(_ transaction: WriteTransaction) { self.transaction = transaction }

    public var view: GraphView { transaction.view }

    var databases: Databases { transaction.core.databases }
    var state: UncommittedState {
        get { transaction.pending.state }
        _modify { yield &transaction.pending.state }
    }

    /// Tokens, made where they are new.
    public func label(_ name: String) throws(StoreError) -> LabelID { try token(.label, name) }
    public func type(_ name: String) throws(StoreError) -> TypeID { try token(.type, name) }
    public func key(_ name: String) throws(StoreError) -> KeyID { try token(.key, name) }

    private func token(_ kind: Catalogue.Kind, _ name: String) throws(StoreError) -> UInt32 {
        if let id = state.catalogue.id(kind, name) { return id }
        try Catalogue.check(name: name)
        let count = state.catalogue.names(kind).count
        guard count < Catalogue.maximumNames else {
            throw .limitExceeded("more than \(Catalogue.maximumNames) names of one kind")
        }
        let id = UInt32(count)
        try transaction.current.write(
            databases.tokens, Catalogue.storedKey(kind, id), Array(name.utf8))
        state.catalogue = state.catalogue.adding(kind, name)
        transaction.work += 1
        return id
    }
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
