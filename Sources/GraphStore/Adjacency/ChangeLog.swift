internal import LMDB

/// One relationship that appeared or went. Each change has a sequence number, counted up without
/// gaps over the life of the database (LMDB's transaction ids would not do: a compacted copy
/// starts them again).
struct AdjacencyChange: Sendable, Equatable {
    var type: TypeID
    var isRemoval: Bool
    var relationship: RelationshipID
    var start: NodeID
    var end: NodeID
}

/// How far the log reaches: changes in `floor ..< watermark` are in the chunks already and kept for
/// those who catch up, changes in `watermark ..< end` are pending.
struct LogState: Sendable, Equatable {
    var floor: UInt64 = 0
    var watermark: UInt64 = 0
    var end: UInt64 = 0

    var pendingCount: Int { Int(end - watermark) }
}

/// The changes of every commit, in order. Appended to the end, so that a commit's cost does not
/// depend on where in the graph its changes lie.
///
/// A record's key is the sequence number of its first change; its value is its changes, 28 bytes
/// each: type and removal bit, relationship, start, end.
struct ChangeLog: Sendable {
    private let records: NamedDatabase
    private let meta: NamedDatabase

    private static let changeBytes = 28
    /// Two records fill a page.
    private static let changesPerRecord = 71
    private static let stateKey: StaticString = "adjacency.state"

    init(_ transaction: Transaction) throws(StoreError) {
        let create: DatabaseOptions = transaction.isWritable ? .create : []
        do throws(LMDBError) {
            records = try transaction.openDatabase("adjacency.log", [.integerKeys, create])
            meta = try transaction.openDatabase("adjacency.meta", create)
        } catch { throw .storage(error) }
    }

    // MARK: State

    func state(_ transaction: Transaction) throws(StoreError) -> LogState {
        guard let bytes = transaction.get(meta, Self.key) else { return LogState() }
        guard bytes.count == 24 else {
            throw .unusable(
                path: transaction.environment.path, reason: "the change log's state is damaged")
        }
        let state = LogState(
            floor: bytes.loadUnaligned(as: UInt64.self),
            watermark: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            end: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard state.floor <= state.watermark, state.watermark <= state.end else {
            throw .unusable(
                path: transaction.environment.path, reason: "the change log's state is damaged")
        }
        return state
    }

    func setState(_ state: LogState, _ transaction: Transaction) throws(StoreError) {
        var words = (state.floor, state.watermark, state.end)
        do throws(LMDBError) {
            try withUnsafeBytes(of: &words) { (bytes) throws(LMDBError) in
                _ = try transaction.put(meta, Self.key, bytes)
            }
        } catch { throw .storage(error) }
    }

    private static var key: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: stateKey.utf8Start, count: stateKey.utf8CodeUnitCount)
    }

    // MARK: Changes

    /// Appends changes whose first has the number `sequence`.
    func append(
        _ changes: ContiguousArray<AdjacencyChange>, from sequence: UInt64,
        _ transaction: Transaction
    ) throws(StoreError) {
        let record = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Self.changesPerRecord * Self.changeBytes, alignment: 8)
        defer { record.deallocate() }
        var index = 0
        while index < changes.count {
            let count = min(Self.changesPerRecord, changes.count - index)
            for place in 0..<count {
                Self.store(changes[index + place], record, place * Self.changeBytes)
            }
            let bytes = UnsafeRawBufferPointer(rebasing: record[0..<count * Self.changeBytes])
            do throws(LMDBError) {
                try transaction.put(records, sequence + UInt64(index), bytes, .append)
            } catch { throw .storage(error) }
            index += count
        }
    }

    /// The changes in `range`, all of which the transaction's log must hold.
    func changes(_ range: Range<UInt64>, _ transaction: Transaction) throws(StoreError)
        -> ContiguousArray<AdjacencyChange>
    {
        var changes: ContiguousArray<AdjacencyChange> = []
        guard !range.isEmpty else { return changes }
        let cursor: Cursor
        do throws(LMDBError) { cursor = try transaction.cursor(records) } catch {
            throw .storage(error)
        }
        var isPlaced = cursor.seek(range.lowerBound)
        if !isPlaced || cursor.integerKey > range.lowerBound {
            isPlaced = isPlaced ? cursor.previous() : cursor.last()
        }
        changes.reserveCapacity(range.count)
        while isPlaced, cursor.integerKey < range.upperBound {
            let first = cursor.integerKey
            let record = cursor.value
            let count = UInt64(record.count / Self.changeBytes)
            let expected = range.lowerBound + UInt64(changes.count)
            guard first <= expected, expected <= first + count else { break }
            for sequence in expected..<max(expected, min(first + count, range.upperBound)) {
                changes.append(Self.load(record, Int(sequence - first) * Self.changeBytes))
            }
            isPlaced = cursor.next()
        }
        guard changes.count == range.count else {
            throw .unusable(
                path: transaction.environment.path, reason: "the change log has a gap")
        }
        return changes
    }

    /// Deletes the records that lie wholly before `sequence`. Proportional to what goes.
    func trim(before sequence: UInt64, _ transaction: Transaction) throws(StoreError) {
        do throws(LMDBError) {
            let cursor = try transaction.cursor(records)
            while cursor.first() {
                let count = UInt64(cursor.value.count / Self.changeBytes)
                guard cursor.integerKey + count <= sequence else { break }
                try cursor.deleteCurrent()
            }
        } catch { throw .storage(error) }
    }

    private static func store(
        _ change: AdjacencyChange, _ record: UnsafeMutableRawBufferPointer, _ offset: Int
    ) {
        let kind = change.type << 1 | (change.isRemoval ? 1 : 0)
        record.storeBytes(of: kind, toByteOffset: offset, as: UInt32.self)
        record.storeBytes(of: change.relationship, toByteOffset: offset + 4, as: UInt64.self)
        record.storeBytes(of: change.start, toByteOffset: offset + 12, as: UInt64.self)
        record.storeBytes(of: change.end, toByteOffset: offset + 20, as: UInt64.self)
    }

    private static func load(_ record: UnsafeRawBufferPointer, _ offset: Int) -> AdjacencyChange {
        let kind = record.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return AdjacencyChange(
            type: kind >> 1, isRemoval: kind & 1 != 0,
            relationship: record.loadUnaligned(fromByteOffset: offset + 4, as: UInt64.self),
            start: record.loadUnaligned(fromByteOffset: offset + 12, as: UInt64.self),
            end: record.loadUnaligned(fromByteOffset: offset + 20, as: UInt64.self))
    }
}
