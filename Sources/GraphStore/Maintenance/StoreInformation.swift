internal import LMDB

/// What an open store is and holds, for people and for monitoring.
public struct StoreInformation: Sendable {
    public var formatVersion: Int
    public var nodes: Int
    public var relationships: Int
    public var labels: Int
    public var relationshipTypes: Int
    public var propertyKeys: Int
    public var indexes: Int
    public var constraints: Int
    /// Pages of the file in use, in bytes.
    public var fileBytes: Int
    /// Bytes of each part of the store that is not adjacency.
    public var parts: [(name: String, bytes: Int)]
    public var lastTransactionID: UInt64
    /// The oldest snapshot that a reader of any process holds, this look aside; LMDB reuses no
    /// page that it sees.
    public var oldestReader: UInt64?
    /// LMDB reader slots taken so far; they are reused.
    public var readers: Int
    /// Relationship changes that are not folded into the packed lists yet.
    public var pendingChanges: Int
}

extension GraphStore {
    /// Cost: microseconds.
    public func information() throws(StoreError) -> StoreInformation {
        let core = try core()
        let oldest = core.environment.oldestReader
        let view = try beginRead()
        defer { view.close() }
        let databases = core.databases
        let schema = try view.schema()
        let usage = core.environment.usage
        let parts: [(String, NamedDatabase)] = [
            ("nodes", databases.nodes), ("relationships", databases.relationships),
            ("labels", databases.labels), ("indexes", databases.indexes),
            ("tokens", databases.tokens), ("counts", databases.counts),
        ]
        return StoreInformation(
            formatVersion: Int(StoreHeader.formatVersion), nodes: view.nodeCount,
            relationships: view.relationshipCount, labels: view.labelNames.count,
            relationshipTypes: view.typeNames.count, propertyKeys: view.keyNames.count,
            indexes: schema.indexes.count, constraints: schema.constraints.count,
            fileBytes: usage.fileBytes,
            parts: parts.map { ($0.0, view.transaction.bytes($0.1)) },
            lastTransactionID: view.snapshotID, oldestReader: oldest, readers: usage.readers,
            pendingChanges: Int(try core.adjacency.log.state(view.transaction).pendingCount))
    }
}
