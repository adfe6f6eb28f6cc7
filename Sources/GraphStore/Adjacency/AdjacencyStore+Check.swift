internal import LMDB

extension AdjacencyStore {
    /// Verifies chunk invariants (sorted, degrees, both directions agree); reports each finding.
    /// Reads everything: half an hour for ten billion relationships.
    func check(_ transaction: Transaction, report: (String) -> Void) throws(StoreError) {
        let families: [ListFamily]
        do throws(LMDBError) {
            families = try checkChunks(transaction, report: report)
        } catch { throw .storage(error) }
        let snapshot = try snapshot(transaction)
        snapshot.ignoreLiveLists()
        defer { snapshot.close() }
        let pending = try pendingFamilies(transaction)
        let types = Set(families.map(\.type)).union(pending.map(\.type))
        for type in types.sorted() { checkDirections(type, snapshot, report) }
    }

    private func pendingFamilies(_ transaction: Transaction) throws(StoreError) -> [ListFamily] {
        let state = try log.state(transaction)
        let changes = try log.changes(state.watermark..<state.end, transaction)
        return Set(changes.map(\.type)).map { ListFamily($0, .outgoing) }
    }

    // MARK: Chunks

    /// One list while its chunks go by.
    fileprivate struct ListAudit {
        var key: ChunkKey
        var statedDegree: Int
        var degree = 0
        var endsHere = false
        var lastEntry: (NodeID, RelationshipID)?
    }

    /// Walks all chunks in order; returns the families met.
    private func checkChunks(_ transaction: Transaction, report: (String) -> Void)
        throws(LMDBError) -> [ListFamily]
    {
        var families: [ListFamily] = []
        var list: ListAudit?
        func finish() {
            guard let list, list.degree != list.statedDegree else { return }
            report("\(list.key.title): degree \(list.statedDegree), but \(list.degree) entries")
        }
        let cursor = try transaction.cursor(chunks)
        var isPlaced = cursor.first()
        while isPlaced {
            defer { isPlaced = cursor.next() }
            guard let key = ChunkKey(cursor.key) else {
                report("adjacency: a key of \(cursor.key.count) bytes")
                continue
            }
            guard let chunk = Chunk(cursor.value) else {
                report("\(key.title): a chunk is damaged")
                continue
            }
            if families.last != key.family { families.append(key.family) }
            if list?.key.family != key.family || list?.key.node != key.node {
                finish()
                if !key.isFirst { report("\(key.title): the list's first chunk is missing") }
                list = ListAudit(key: key, statedDegree: chunk.degree)
            } else if list?.endsHere == true {
                report("\(key.title): a chunk behind the list's end")
            }
            list?.take(key, chunk, report)
        }
        finish()
        return families
    }

    // MARK: Directions

    /// Compares both directions by sums over all entries, and where these differ entry by entry.
    private func checkDirections(
        _ type: TypeID, _ snapshot: AdjacencySnapshot, _ report: (String) -> Void
    ) {
        let outgoing = snapshot.reader(type, .outgoing)
        let incoming = snapshot.reader(type, .incoming)
        let (there, back) = (sum(outgoing, report), sum(incoming, report))
        guard there != back else { return }
        report("type \(type): \(there.count) outgoing, \(back.count) incoming entries")
        reportMissing(outgoing, in: incoming, report)
        reportMissing(incoming, in: outgoing, report)
    }

    private struct Sum: Equatable {
        var count = 0
        var hash: UInt64 = 0
    }

    private func sum(_ reader: AdjacencyReader, _ report: (String) -> Void) -> Sum {
        var sum = Sum()
        var node = reader.nextNode(from: 0)
        while let here = node {
            var degree = 0
            reader.forEachRun(of: here) { neighbours, relationships in
                degree += neighbours.count
                for (neighbour, relationship) in zip(neighbours, relationships) {
                    let (start, end) =
                        reader.direction == .outgoing ? (here, neighbour) : (neighbour, here)
                    sum.hash &+= Self.mix(Self.mix(Self.mix(start) ^ end) ^ relationship)
                }
            }
            sum.count += degree
            if degree != reader.degree(here) {
                let key = ChunkKey(ListFamily(reader.type, reader.direction), here)
                report(
                    "\(key.title): degree \(reader.degree(here)), but \(degree) entries are seen")
            }
            node = reader.nextNode(from: here + 1)
        }
        return sum
    }

    private func reportMissing(
        _ reader: AdjacencyReader, in other: AdjacencyReader, _ report: (String) -> Void
    ) {
        var node = reader.nextNode(from: 0)
        while let here = node {
            let key = ChunkKey(ListFamily(reader.type, reader.direction), here)
            reader.forEachRun(of: here) { neighbours, relationships in
                for (neighbour, relationship) in zip(neighbours, relationships)
                where !other.contains(neighbour, here, relationship) {
                    report("\(key.title): relationship \(relationship) is missing at \(neighbour)")
                }
            }
            node = reader.nextNode(from: here + 1)
        }
    }

    /// A bijective scrambling, so that sums of it hardly ever agree by chance.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ (value >> 32)) &* 0xD6E8_FEB8_6659_FD93
        mixed = (mixed ^ (mixed >> 32)) &* 0xD6E8_FEB8_6659_FD93
        return mixed ^ (mixed >> 32)
    }
}

extension AdjacencyStore.ListAudit {
    fileprivate mutating func take(_ key: ChunkKey, _ chunk: Chunk, _ report: (String) -> Void) {
        degree += chunk.count
        endsHere = chunk.isWhole
        var previous = lastEntry
        for index in 0..<chunk.count {
            let entry = (chunk.neighbours[index], chunk.relationships[index])
            if entry < (key.neighbour, key.relationship) {
                report("\(key.title): entry \(entry) lies before its chunk")
            }
            if let previous, previous >= entry {
                report("\(key.title): entry \(entry) follows \(previous)")
            }
            previous = entry
        }
        lastEntry = previous
    }
}

extension AdjacencyReader {
    /// Whether the node's list has exactly this entry.
    fileprivate func contains(
        _ node: NodeID, _ neighbour: NodeID, _ relationship: RelationshipID
    ) -> Bool {
        refresh()
        var walk = begin(node, from: neighbour, relationship, upTo: neighbour)
        let count = fill(
            &walk, room: 1, neighbours: block.neighbours, relationships: block.relationships)
        return count == 1 && block.relationships[0] == relationship
    }
}

extension ChunkKey {
    /// The list's name in reports.
    fileprivate var title: String {
        "type \(family.type), \(family.direction) list of node \(node)"
    }
}
