internal import LMDB

/// Ids in batches.
public protocol IDScan: AnyObject {
    /// Appends up to `limit` ids and returns how many; 0 is the end.
    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int
}

extension GraphView {
    /// All nodes, or those with a label, ascending; only those in `range`, if there is one. In the
    /// writer's view: those that existed when the scan was made.
    public func nodes(label: LabelID? = nil, in range: Range<NodeID>? = nil) -> any IDScan {
        let range = (range ?? 0..<NodeID.max).clamped(to: 0..<currentHeader.nextNode)
        guard let label else {
            return records(core.databases.nodes, range, isWhole: nodeCount == nodeIDBound)
        }
        // The writer may change labels while it scans.
        if !isWritable, let live = knownLiveColumn(.label(label)) {
            return LiveLabelScan(self, label, live, range)
        }
        return LabelScan(self, label, range)
    }

    /// All relationships, ascending.
    public func relationships() -> any IDScan {
        let bound = currentHeader.nextRelationship
        return records(
            core.databases.relationships, 0..<bound, isWhole: relationshipCount == bound)
    }

    /// What is really stored, for checks.
    func storedNodes(label: LabelID? = nil) -> any IDScan {
        let range = 0..<currentHeader.nextNode
        guard let label else { return RecordScan(self, core.databases.nodes, range) }
        return LabelScan(self, label, range)
    }

    func storedRelationships() -> any IDScan {
        RecordScan(self, core.databases.relationships, 0..<currentHeader.nextRelationship)
    }

    /// `isWhole`: each id has a record. The writer may delete some while it scans.
    private func records(_ database: NamedDatabase, _ range: Range<UInt64>, isWhole: Bool)
        -> any IDScan
    {
        isWhole && !isWritable ? RangeScan(range) : RecordScan(self, database, range)
    }
}

/// Ids of which none is missing.
private final class RangeScan: IDScan {
    private var rest: Range<UInt64>

    init(_ range: Range<UInt64>) { rest = range }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        let batch = rest.prefix(limit)
        ids.append(contentsOf: batch)
        rest = batch.endIndex..<rest.upperBound
        return batch.count
    }
}

/// Where a scan's cursor stands from one batch to the next. A snapshot's cursor stays; under the
/// writer records move, so that each batch looks for its place again.
struct ScanPlace {
    private let view: GraphView
    private let database: NamedDatabase
    private var cursor: Cursor?

    init(_ view: GraphView, _ database: NamedDatabase) {
        self.view = view
        self.database = database
    }

    /// The cursor on the first entry that `seek` finds, or behind the last batch's last one.
    mutating func resume(_ seek: (Cursor) -> Bool) throws(StoreError) -> Cursor? {
        if let cursor, !view.isWritable { return cursor.next() ? cursor : nil }
        let fresh = try view.transaction.openCursor(database)
        cursor = fresh
        return seek(fresh) ? fresh : nil
    }

    mutating func close() { cursor = nil }
}

private final class RecordScan: IDScan {
    private var place: ScanPlace
    private let end: UInt64
    private var following: UInt64
    private var isAtEnd = false

    init(_ view: GraphView, _ database: NamedDatabase, _ range: Range<UInt64>) {
        place = ScanPlace(view, database)
        following = range.lowerBound
        end = range.upperBound
    }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        let from = following
        guard !isAtEnd, limit > 0, let cursor = try place.resume({ $0.seek(from) }) else {
            finish()
            return 0
        }
        var count = 0
        repeat {
            let id = cursor.integerKey
            guard id < end else {
                finish()
                return count
            }
            ids.append(id)
            following = id + 1
            count += 1
            if count == limit { return count }
        } while cursor.next()
        finish()
        return count
    }

    private func finish() {
        isAtEnd = true
        place.close()
    }
}

/// The entities of an index between two keys, in index order.
final class IndexScan: IDScan {
    private var place: ScanPlace
    private let range: IndexRange
    private var last: [UInt8]?
    private let isWritable: Bool
    private var isAtEnd: Bool

    init(_ view: GraphView, _ range: IndexRange) {
        place = ScanPlace(view, view.core.databases.indexes)
        self.range = range
        isWritable = view.isWritable
        isAtEnd = range.isEmpty
    }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        // Behind the last key: the same with a zero byte more is the least above it.
        let from = last.map { $0 + [0] } ?? range.lower
        guard !isAtEnd, limit > 0, let cursor = try place.resume({ c in from.lend { c.seek($0) } })
        else {
            finish()
            return 0
        }
        var count = 0
        repeat {
            let key = cursor.key
            guard range.isAbove(key), key.count >= IndexKey.entityBytes else {
                finish()
                return count
            }
            ids.append(key.big(UInt64.self, at: key.count - IndexKey.entityBytes))
            count += 1
            if count == limit {
                if isWritable { last = Array(key) }
                return count
            }
        } while cursor.next()
        finish()
        return count
    }

    private func finish() {
        isAtEnd = true
        place.close()
    }
}

extension IndexRange {
    /// Whether the range's end lies above the key.
    @inline(__always)
    func isAbove(_ key: UnsafeRawBufferPointer) -> Bool {
        guard let upper else { return true }
        return upper.lend { Bytes.compare(key, $0) < 0 }
    }
}
