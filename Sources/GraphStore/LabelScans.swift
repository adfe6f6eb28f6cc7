internal import LMDB

/// The nodes with a label, ascending, from the label's keys: some twenty nanoseconds each.
final class LabelScan: IDScan {
    private let view: GraphView
    private var place: ScanPlace
    private let label: LabelID
    private let end: UInt64
    private var scanned = 0
    private var following: UInt64
    private var isAtEnd = false

    /// What scanning costs, as a share of looking as many nodes up.
    private static let costShare = 8

    init(_ view: GraphView, _ label: LabelID, _ range: Range<NodeID>) {
        self.view = view
        place = ScanPlace(view, view.core.databases.labels)
        self.label = label
        following = range.lowerBound
        end = range.upperBound
    }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        let from = LabelKey.encode(label, following)
        guard !isAtEnd, limit > 0, let cursor = try place.resume({ c in from.lend { c.seek($0) } })
        else {
            finish()
            return 0
        }
        var count = 0
        repeat {
            let key = cursor.key
            guard key.count == LabelKey.byteCount, key.big(UInt32.self, at: 0) == label,
                key.big(UInt64.self, at: 4) < end
            else {
                finish(count)
                return count
            }
            let id = key.big(UInt64.self, at: 4)
            ids.append(id)
            following = id + 1
            count += 1
            if count == limit {
                scanned += count
                return count
            }
        } while cursor.next()
        finish(count)
        return count
    }

    private func finish(_ last: Int = 0) {
        isAtEnd = true
        place.close()
        scanned += last
        // Enough scans are worth the label in memory.
        if scanned > 0, !view.isWritable {
            _ = view.liveColumn(.label(label), reading: scanned / Self.costShare)
        }
        scanned = 0
    }
}

extension GraphView {
    /// From the first node with the label to behind the last; all ids where that cannot be read.
    /// Two searches.
    public func idRange(ofLabel label: LabelID) -> Range<NodeID> {
        guard let cursor = try? transaction.openCursor(core.databases.labels) else {
            return 0..<nodeIDBound
        }
        func node() -> NodeID? {
            let key = cursor.key
            guard key.count == LabelKey.byteCount, key.big(UInt32.self, at: 0) == label else {
                return nil
            }
            return key.big(UInt64.self, at: 4)
        }
        guard LabelKey.encode(label, 0).lend({ cursor.seek($0) }), let first = node() else {
            return 0..<0
        }
        let isBehind = LabelKey.encode(label, .max).lend { cursor.seek($0) }
        guard isBehind ? cursor.previous() : cursor.last(), let last = node(), last >= first else {
            return first..<nodeIDBound
        }
        return first..<last + 1
    }
}

/// The nodes with a label, ascending, from memory: about a nanosecond for each id. What was created
/// after the column follows from the label's keys.
final class LiveLabelScan: IDScan {
    private let view: GraphView
    private let label: LabelID
    private let column: LiveColumn
    private let end: UInt64
    private var following: UInt64
    private var later: LabelScan?
    private var reader: StoredLabelReader?
    /// What had to be read from LMDB.
    private var elsewhere = 0

    init(_ view: GraphView, _ label: LabelID, _ column: LiveColumn, _ range: Range<NodeID>) {
        self.view = view
        self.label = label
        self.column = column
        following = range.lowerBound
        end = range.upperBound
    }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        if let later { return try next(limit, of: later, into: &ids) }
        let before = ids.count
        ids.reserveCapacity(before + limit)
        column.appendMembers(from: &following, upTo: end, limit, to: &ids) { node in
            if reader == nil { reader = StoredLabelReader(view, label) }
            elsewhere += 1
            return reader?.read(node) ?? false
        }
        if ids.count > before { return ids.count - before }
        let start = max(following, column.end)
        let rest = LabelScan(view, label, min(start, end)..<end)
        later = rest
        return try next(limit, of: rest, into: &ids)
    }

    private func next(
        _ limit: Int, of later: LabelScan, into ids: inout ContiguousArray<UInt64>
    ) throws(StoreError) -> Int {
        let count = try later.next(limit, into: &ids)
        elsewhere += count
        if count == 0, elsewhere > 0 {
            view.noteReads(elsewhere, outside: column, of: .label(label))
            elsewhere = 0
        }
        return count
    }
}
