internal import LMDB

/// Folds sorted changes into chunks inside a write transaction: each touched chunk is decoded,
/// changed and packed again, split where it has grown too large and joined with the next where
/// little of it is left.
final class ChunkMerger {
    private let limits: AdjacencyLimits
    private let encoder: ChunkEncoder
    private let cursor: Cursor
    private let keyBuffer = ChunkKeyBuffer()
    private let value: UnsafeMutableRawPointer
    private let old = EntryBuffer()
    private let new = EntryBuffer()
    private var delta = ListDelta()

    init(_ transaction: Transaction, _ chunks: NamedDatabase, _ limits: AdjacencyLimits)
        throws(LMDBError)
    {
        self.limits = limits
        encoder = ChunkEncoder(limits: limits)
        cursor = try transaction.cursor(chunks)
        value = .allocate(byteCount: limits.chunkBytes, alignment: 8)
    }

    deinit { value.deallocate() }

    func merge(_ run: PendingRun.View, _ family: ListFamily) throws(LMDBError) {
        for part in 0..<run.nodeCount {
            delta.settle(run.entries(of: part))
            if !delta.isEmpty { try mergeList(family, run.nodes[part]) }
        }
    }

    /// Where the changes of `delta` that are still to be made begin.
    private struct Progress {
        var addition = 0
        var removal = 0
    }

    private func mergeList(_ family: ListFamily, _ node: NodeID) throws(LMDBError) {
        let key = ChunkKey(family, node)
        var progress = Progress()
        guard find(key) else {
            takeChanges(before: nil, &progress)
            return try writeAll(key)
        }
        let first = try chunk()
        if first.isWhole {
            old.append(first)
            takeChanges(before: nil, &progress)
            return try writeAll(key)
        }
        var growth = 0
        while let change = nextChange(progress) {
            growth += try mergeChunk(
                ChunkKey(
                    family, node, neighbour: change.neighbour, relationship: change.relationship),
                &progress)
        }
        try settleFirst(key, degree: first.degree + growth)
    }

    private func nextChange(_ progress: Progress) -> PendingEntry? {
        let addition =
            progress.addition < delta.additions.count ? delta.additions[progress.addition] : nil
        let removal =
            progress.removal < delta.removals.count ? delta.removals[progress.removal] : nil
        guard let addition else { return removal }
        guard let removal else { return addition }
        return removal < addition ? removal : addition
    }

    // MARK: One chunk of several

    /// Changes the chunk in which `place` lies, and those that it has to be joined with. Returns
    /// by how much the list has grown.
    private func mergeChunk(_ place: ChunkKey, _ progress: inout Progress) throws(LMDBError) -> Int
    {
        guard let key = seekChunk(place) else { throw Self.damage }
        let found = try chunk()
        var countBefore = found.count
        old.append(found)
        var next = nextKey(of: key)
        var isAppended = takeChanges(before: next, &progress)
        while let joinedKey = next, isSparse(new) {
            // The cursor stands at the next chunk.
            let joined = try chunk()
            countBefore += joined.count
            old.append(joined)
            try cursor.deleteCurrent()
            next = cursor.seek(keyBuffer.encode(joinedKey)) ? currentKey(of: key) : nil
            isAppended = takeChanges(before: next, &progress) && isAppended
        }
        defer { new.removeAll() }
        if new.count == 0, find(key) { try cursor.deleteCurrent() }
        // The key stays, also where its first entry went: it only separates.
        try write(key, isAppended: isAppended && next == nil, isList: false)
        return new.count - countBefore
    }

    private func isSparse(_ entries: EntryBuffer) -> Bool {
        guard entries.count > 0 else { return true }
        guard entries.count * 4 <= limits.chunkEntries else { return false }
        let first = entries.neighbours[0]
        let last = entries.neighbours[entries.count - 1]
        // Relationship ids of a list rarely need more than four bytes.
        return entries.count * (PackedColumn.width(of: last &- first) + 4) * 4 < limits.chunkBytes
    }

    /// Moves the entries of `old` to the end of `new`, with the changes that belong before `end`.
    /// Returns whether all additions came behind the old entries.
    @discardableResult
    private func takeChanges(before end: ChunkKey?, _ progress: inout Progress) -> Bool {
        var index = 0
        var isAppended = true
        while let change = nextChange(progress), change.isBefore(end) {
            let place = firstIndex(from: index, change)
            new.append(old, index, place)
            index = place
            let isThere =
                index < old.count && old.neighbours[index] == change.neighbour
                && old.relationships[index] == change.relationship
            if change.isRemoval {
                progress.removal += 1
                if isThere { index += 1 }
            } else {
                progress.addition += 1
                // An entry that is there already stays one entry.
                if !isThere { new.append(change.neighbour, change.relationship) }
                if index < old.count { isAppended = false }
            }
        }
        new.append(old, index, old.count)
        old.removeAll()
        return isAppended
    }

    /// The first index in `old` from `start` on whose entry is not less than the change's.
    private func firstIndex(from start: Int, _ change: PendingEntry) -> Int {
        var (lower, upper) = (start, old.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            let neighbour = old.neighbours[middle]
            let isLess =
                neighbour < change.neighbour
                || neighbour == change.neighbour && old.relationships[middle] < change.relationship
            if isLess { lower = middle + 1 } else { upper = middle }
        }
        return lower
    }

    // MARK: Writing

    /// Writes `new` as the whole list, replacing its only chunk.
    private func writeAll(_ key: ChunkKey) throws(LMDBError) {
        defer { new.removeAll() }
        if new.count == 0 {
            if find(key) { try cursor.deleteCurrent() }
            return
        }
        try write(key, isAppended: false, isList: true)
    }

    /// Writes `new` as the chunk at `key` and, where it does not fit, ones behind it. `isList`
    /// says that these are all chunks of the list. Entries that came at the end fill their chunks;
    /// others leave room for more.
    private func write(_ key: ChunkKey, isAppended: Bool, isList: Bool) throws(LMDBError) {
        let all = new.count
        guard all > 0 else { return }
        if isList, encoder.fitting(new[0..<all]) == all {
            return try put(key, new[0..<all], .whole)
        }
        var start = 0
        while start < all {
            var count = encoder.fitting(new[start..<all])
            if !isAppended, start + count < all {
                // What is left is shared evenly with the chunks to come.
                let chunks = (all - start + count - 1) / count
                count = min(count, (all - start + chunks - 1) / chunks)
            }
            let slice = new[start..<start + count]
            if start == 0 {
                try put(key, slice, key.isFirst ? .first(degree: isList ? all : 0) : .later)
            } else {
                let place = ChunkKey(
                    key.family, key.node, neighbour: slice.neighbours[0],
                    relationship: slice.relationships[0])
                try put(place, slice, .later)
            }
            start += count
        }
    }

    private func put(_ key: ChunkKey, _ entries: EntryBuffer.Slice, _ place: ChunkEncoder.Place)
        throws(LMDBError)
    {
        let bytes = encoder.encode(entries, place, into: value)
        try cursor.put(
            keyBuffer.encode(key), UnsafeRawBufferPointer(start: value, count: bytes))
    }

    /// Corrects the degree in the first chunk; turns a single chunk that is left into a whole one.
    private func settleFirst(_ key: ChunkKey, degree: Int) throws(LMDBError) {
        if degree == 0 { return }
        guard find(key) else { throw Self.damage }
        let chunk = try chunk()
        if chunk.count == degree {
            old.append(chunk)
            defer { old.removeAll() }
            return try put(key, old[0..<old.count], .whole)
        }
        let bytes = cursor.value.count
        value.copyMemory(from: cursor.value.baseAddress!, byteCount: bytes)
        ChunkEncoder.setDegree(degree, at: value)
        try cursor.put(
            keyBuffer.encode(key), UnsafeRawBufferPointer(start: value, count: bytes))
    }

    // MARK: Finding

    private static let damage = LMDBError.corrupted(doing: "read a neighbour list")

    private func find(_ key: ChunkKey) -> Bool { cursor.find(keyBuffer.encode(key)) }

    /// The chunk under the cursor; valid until the next write.
    private func chunk() throws(LMDBError) -> Chunk {
        guard let chunk = Chunk(cursor.value) else { throw Self.damage }
        return chunk
    }

    /// To the chunk in which an entry lies or would; returns its key.
    private func seekChunk(_ place: ChunkKey) -> ChunkKey? {
        if cursor.seek(keyBuffer.encode(place)) {
            if ChunkKey(cursor.key) == place { return place }
            guard cursor.previous() else { return nil }
        } else {
            guard cursor.last() else { return nil }
        }
        return currentKey(of: place)
    }

    /// To the next chunk; returns its key where it belongs to the same list.
    private func nextKey(of key: ChunkKey) -> ChunkKey? {
        cursor.next() ? currentKey(of: key) : nil
    }

    private func currentKey(of key: ChunkKey) -> ChunkKey? {
        guard let here = ChunkKey(cursor.key), here.family == key.family, here.node == key.node
        else { return nil }
        return here
    }
}

extension PendingEntry {
    /// Whether the entry belongs before a chunk; nil is the list's end.
    fileprivate func isBefore(_ key: ChunkKey?) -> Bool {
        guard let key else { return true }
        return neighbour < key.neighbour
            || neighbour == key.neighbour && relationship < key.relationship
    }
}
