internal import LMDB

/// Writes whole lists into the chunks of a database that is being built: the entries of each
/// family come sorted by node, neighbour and relationship, families in their order, everything
/// behind what is there already. Pages are filled one after another and completely.
///
/// Not for a database that others use: nothing goes through the change log.
final class AdjacencyBulkWriter {
    private let chunks: NamedDatabase
    private let encoder: ChunkEncoder
    private var transaction: Transaction
    /// It stays on the last page; each put without it would search for it.
    private var cursor: Cursor?
    private let keyBuffer = ChunkKeyBuffer()
    private let value: UnsafeMutableRawPointer
    private let entries: EntryBuffer
    private var family: ListFamily?
    private var node: NodeID = 0
    /// Entries of the list that are in chunks already, and the bytes of its first chunk.
    private var written = 0
    private var firstChunk: [UInt8] = []

    /// Bytes of keys and values written, for whoever decides when to commit.
    private(set) var bytesWritten = 0

    init(_ store: AdjacencyStore, _ transaction: Transaction) {
        chunks = store.chunks
        self.transaction = transaction
        encoder = ChunkEncoder(limits: store.limits)
        value = .allocate(byteCount: store.limits.chunkBytes, alignment: 8)
        entries = EntryBuffer(capacity: store.limits.chunkEntries * 2)
    }

    deinit { value.deallocate() }

    /// Goes on in another transaction, after the caller has committed the last.
    func use(_ transaction: Transaction) {
        if self.transaction === transaction { return }
        cursor = nil
        self.transaction = transaction
    }

    /// Ends the last family and begins the next, which must be greater.
    func begin(_ type: TypeID, _ direction: Direction) throws(StoreError) {
        try finish()
        let next = ListFamily(type, direction)
        precondition(family.map { $0 < next } ?? true, "families come in their order")
        family = next
    }

    /// Appends sorted entries of the family that was begun.
    func append(_ sorted: UnsafeBufferPointer<ListEntry>) throws(StoreError) {
        var rest = sorted[...]
        while let first = rest.first {
            if first.node != node || entries.count == 0 && written == 0 {
                try finishList()
                node = first.node
            }
            // What of this node's list is there and has room.
            let most = min(rest.count, entries.capacity - entries.count)
            var count = 1
            while count < most, rest[rest.startIndex + count].node == node { count += 1 }
            entries.append(rest.prefix(count))
            rest = rest.dropFirst(count)
            // One chunk more than the buffer must hold is known not to be the list's last.
            if entries.count == entries.capacity { try writeFullChunk() }
        }
    }

    /// Writes what is left. Call it after the last entry.
    func finish() throws(StoreError) { try finishList() }

    // MARK: Lists

    private func finishList() throws(StoreError) {
        guard let family, entries.count > 0 else { return }
        while encoder.fitting(entries[0..<entries.count]) < entries.count {
            try writeFullChunk()
        }
        let slice = entries[0..<entries.count]
        if written == 0 {
            try put(ChunkKey(family, node), slice, .whole)
        } else {
            try put(key(family, slice), slice, .later)
            try setDegree(family)
        }
        entries.removeAll()
        written = 0
    }

    /// Writes as many entries as fit into one chunk; more of the list follows.
    private func writeFullChunk() throws(StoreError) {
        guard let family else { return }
        let count = encoder.fitting(entries[0..<entries.count])
        // The entry that makes the list one of several chunks stays for the next.
        let slice = entries[0..<min(count, entries.count - 1)]
        if written == 0 {
            try put(ChunkKey(family, node), slice, .first(degree: 0))
        } else {
            try put(key(family, slice), slice, .later)
        }
        written += slice.count
        entries.removeFirst(slice.count)
    }

    private func key(_ family: ListFamily, _ slice: EntryBuffer.Slice) -> ChunkKey {
        ChunkKey(
            family, node, neighbour: slice.neighbours[0], relationship: slice.relationships[0])
    }

    private func put(_ key: ChunkKey, _ slice: EntryBuffer.Slice, _ place: ChunkEncoder.Place)
        throws(StoreError)
    {
        let bytes = UnsafeRawBufferPointer(
            start: value, count: encoder.encode(slice, place, into: value))
        if case .first = place { firstChunk = Array(bytes) }
        let cursor: Cursor
        if let open = self.cursor {
            cursor = open
        } else {
            cursor = try transaction.openCursor(chunks)
        }
        self.cursor = cursor
        do throws(LMDBError) {
            try cursor.put(keyBuffer.encode(key), bytes, .append)
        } catch { throw .storage(error) }
        bytesWritten += ChunkKey.byteCount + bytes.count
    }

    /// The degree of a list of several chunks is known at its end only.
    private func setDegree(_ family: ListFamily) throws(StoreError) {
        let degree = written + entries.count
        let key = keyBuffer.encode(ChunkKey(family, node))
        do throws(LMDBError) {
            value.copyMemory(from: firstChunk, byteCount: firstChunk.count)
            ChunkEncoder.setDegree(degree, at: value)
            let bytes = UnsafeRawBufferPointer(start: value, count: firstChunk.count)
            try transaction.put(chunks, key, bytes)
        } catch { throw .storage(error) }
    }
}
