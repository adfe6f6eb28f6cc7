import Foundation
internal import LMDB

/// Writes a new store from nodes and relationships that come in one stream, far faster than
/// transactions could: records are appended in id order, everything that is sorted otherwise is
/// collected and written once, and only the end is synced.
///
/// ```
/// NodeBatch          →  nodes, by id                    label sets of all nodes in memory (4 bytes)
/// RelationshipBatch  →  relationships, by id            half-edges in memory, in sorted runs
/// finish             →  labels, adjacency, counts, names, header; sync
/// ```
///
/// Batches hold encoded records, so that whoever reads and parses can do so on another thread. What
/// is committed is brought to disk by a thread of the builder's own, and ``finish()`` sorts on one.
///
/// Until ``finish()`` has returned the directory is no database. One thread makes, uses and ends
/// a builder. Nothing is checked against constraints: there are none yet.
public final class BulkStoreBuilder {
    /// Memory for relationships that wait to be sorted, sorting included.
    public static let defaultSortBytes = 768 << 20

    private var openCore: BulkCore?
    /// Names and label sets. Whoever fills the batches uses it until ``finish()``.
    public let names = BulkNames()
    private var counts = BulkCounts()
    let sorter: ExternalSorter
    private(set) var header = StoreHeader()

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

    /// Ids count from 0, in the order of the batches and of the nodes in them.
    public func append(_ batch: NodeBatch) throws(StoreError) {
        try core.append(core.databases.nodes, from: header.nextNode, batch.records)
        counts.add(batch)
        header.nextNode += UInt64(batch.count)
        header.nodeCount += Int64(batch.count)
    }

    /// Ids count from 0. Errors: `notFound` for an end that is not there yet; nothing of the batch
    /// is added then.
    public func append(_ batch: RelationshipBatch) throws(StoreError) {
        if batch.count == 0 { return }
        let last = max(batch.starts.greatest, batch.ends.greatest)
        guard last < header.nextNode else { throw .notFound(.node, id: last) }
        let first = header.nextRelationship
        try core.append(core.databases.relationships, from: first, batch.records)
        counts.add(batch)
        try sorter.add(batch, from: first)
        header.nextRelationship += UInt64(batch.count)
        header.relationshipCount += Int64(batch.count)
    }

    /// Writes everything else, syncs, and closes: the directory is a database now.
    public func finish() throws(StoreError) {
        let sets = names.labelSets
        try appendAdjacency { () throws(StoreError) in
            try counts.forEachLabel(sets) { (label, nodes) throws(StoreError) in
                try core.appendLabels(label, nodes)
            }
        }
        for (key, count) in counts.counts(sets) where count != 0 {
            var value: [UInt8] = []
            value.append(littleEndian: count)
            try core.write(core.databases.counts, key.encoded, value)
        }
        for kind in Catalogue.Kind.allCases {
            for (id, name) in names.catalogue.names(kind).enumerated() {
                try core.write(
                    core.databases.tokens, Catalogue.storedKey(kind, UInt32(id)), Array(name.utf8))
            }
        }
        try core.finish(header)
        openCore = nil
    }
}
