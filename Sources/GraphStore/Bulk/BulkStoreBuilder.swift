import Foundation
internal import LMDB
public import Values

/// Writes a new store from nodes and relationships that come in one stream, far faster than
/// transactions could: records are appended in id order, everything that is sorted otherwise is
/// collected and written once, and only the end is synced.
///
/// ```
/// appendNode          →  nodes, by id                    labels of each node in memory (4 bytes)
/// appendRelationship  →  relationships, by id            half-edges in memory, in sorted runs
/// finish              →  labels, adjacency, counts, names, header; sync
/// ```
///
/// Until ``finish()`` has returned the directory is no database. One thread makes, uses and ends
/// a builder. Nothing is checked against constraints: there are none yet.
public final class BulkStoreBuilder {
    /// Memory for relationships that wait to be sorted, sorting included.
    public static let defaultSortBytes = 768 << 20

    private var openCore: BulkCore?
    private var catalogue = Catalogue.empty
    private var nodeLabels = BulkNodeLabels()
    let sorter: ExternalSorter
    private(set) var header = StoreHeader()
    private var record: [UInt8] = []

    /// Errors: `unusable` where the directory exists or cannot be made.
    public init(directory: String, sortBytes: Int = BulkStoreBuilder.defaultSortBytes)
        throws(StoreError)
    {
        openCore = try BulkCore(directory: directory)
        sorter = ExternalSorter(directory: directory, budgetBytes: sortBytes)
    }

    var core: BulkCore {
        guard let openCore else { preconditionFailure("the builder has finished") }
        return openCore
    }

    public var nodeCount: Int { Int(header.nodeCount) }
    public var relationshipCount: Int { Int(header.relationshipCount) }

    public func token(label: String) throws(StoreError) -> LabelID { try token(.label, label) }
    public func token(type: String) throws(StoreError) -> TypeID { try token(.type, type) }
    public func token(key: String) throws(StoreError) -> KeyID { try token(.key, key) }

    private func token(_ kind: Catalogue.Kind, _ name: String) throws(StoreError) -> UInt32 {
        if let id = catalogue.id(kind, name) { return id }
        try Catalogue.check(name: name)
        let count = catalogue.names(kind).count
        guard count < Catalogue.maximumNames else {
            throw .limitExceeded("more than \(Catalogue.maximumNames) names of one kind")
        }
        catalogue = catalogue.adding(kind, name)
        try core.write(
            core.databases.tokens, Catalogue.storedKey(kind, UInt32(count)), Array(name.utf8))
        return UInt32(count)
    }

    /// The node's id: they count from 0. Null properties are left out; of a key that repeats the
    /// last value wins. Errors: as `GraphWriter.createNode`.
    public func appendNode(labels: [LabelID], properties: [(key: KeyID, value: Value)])
        throws(StoreError) -> NodeID
    {
        let id = header.nextNode
        let sorted = nodeLabels.append(labels)
        record.removeAll(keepingCapacity: true)
        try NodeRecord.append(labels: sorted, to: &record)
        try PropertyBlob.encode(properties, to: &record)
        try core.append(core.databases.nodes, id, record)
        header.nextNode = id + 1
        header.nodeCount += 1
        return id
    }

    /// The relationship's id: they count from 0. Errors: `notFound` for an end that is not there
    /// yet, and as `GraphWriter.createRelationship`.
    public func appendRelationship(
        type: TypeID, start: NodeID, end: NodeID, properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) -> RelationshipID {
        guard start < header.nextNode else { throw .notFound(.node, id: start) }
        guard end < header.nextNode else { throw .notFound(.node, id: end) }
        let id = header.nextRelationship
        record.removeAll(keepingCapacity: true)
        StoredRelationship.append(
            RelationshipRecord(type: type, start: start, end: end), to: &record)
        try PropertyBlob.encode(properties, to: &record)
        try core.append(core.databases.relationships, id, record)
        nodeLabels.count(type, start: start, end: end)
        try sorter.add(type: type, start: start, end: end, relationship: id)
        header.nextRelationship = id + 1
        header.relationshipCount += 1
        return id
    }

    /// Writes everything else, syncs, and closes: the directory is a database now.
    public func finish() throws(StoreError) {
        try nodeLabels.forEachEntry { (label, node) throws(StoreError) in
            try core.append(core.databases.labels, LabelKey.encode(label, node))
        }
        try appendAdjacency()
        for (key, count) in nodeLabels.counts() where count != 0 {
            var value: [UInt8] = []
            value.append(littleEndian: count)
            try core.write(core.databases.counts, key.encoded, value)
        }
        try core.finish(header)
        openCore = nil
    }
}
