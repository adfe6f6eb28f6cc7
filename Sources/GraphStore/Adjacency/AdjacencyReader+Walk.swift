/// Where a walk through one list stands. The reader's cursor stands at `chunk`, and its `delta`
/// holds the list's pending changes.
struct ListWalk {
    /// The chunk that is being read; nil where only additions are left.
    var chunk: Chunk?
    var index = 0
    var addition = 0
    var removal = 0
    /// Entries of greater neighbours are not asked for.
    let last: NodeID
}

extension AdjacencyReader {
    /// Starts at the first entry of the node's list that is not less than (neighbour,
    /// relationship).
    @inline(__always)
    func begin(
        _ node: NodeID, from neighbour: NodeID = 0, _ relationship: RelationshipID = 0,
        upTo last: NodeID = .max
    ) -> ListWalk {
        if live.map({ !isPlain(node, $0) }) ?? !pending.isEmpty {
            delta.gather(pending, node, from: neighbour, relationship, upTo: last)
        } else if !delta.isEmpty {
            delta.removeAll()
        }
        var walk = ListWalk(chunk: nil, last: last)
        if neighbour == 0, relationship == 0 {
            walk.chunk = firstChunk(node)
        } else if let chunk = chunk(node, neighbour, relationship) {
            walk.chunk = chunk
            walk.index = chunk.lowerBound(neighbour, relationship)
        }
        return walk
    }

    /// Writes the next entries, at most `room`, and returns how many; fewer than `room` is the
    /// end. Without memory for them they are passed over, mostly without being looked at.
    @inline(__always)
    func fill(
        _ walk: inout ListWalk, room: Int, neighbours: UnsafeMutablePointer<NodeID>?,
        relationships: UnsafeMutablePointer<RelationshipID>?
    ) -> Int {
        delta.isEmpty
            ? fillFromChunks(&walk, room, neighbours, relationships)
            : fillMerged(&walk, room, neighbours, relationships)
    }

    @inline(__always)
    private func fillFromChunks(
        _ walk: inout ListWalk, _ room: Int, _ neighbours: UnsafeMutablePointer<NodeID>?,
        _ relationships: UnsafeMutablePointer<RelationshipID>?
    ) -> Int {
        var written = 0
        while written < room, let chunk = walk.chunk {
            let end =
                walk.last == .max ? chunk.count : chunk.upperBound(walk.last, from: walk.index)
            let count = min(end &- walk.index, room &- written)
            copy(chunk, walk.index, count, neighbours, relationships, at: written)
            walk.index &+= count
            written &+= count
            if walk.index == end { leave(chunk, at: end, &walk) }
        }
        return written
    }

    @inline(__always)
    private func copy(
        _ chunk: Chunk, _ index: Int, _ count: Int, _ neighbours: UnsafeMutablePointer<NodeID>?,
        _ relationships: UnsafeMutablePointer<RelationshipID>?, at place: Int
    ) {
        if let neighbours {
            chunk.neighbours.decode(index, count, into: neighbours + place)
        }
        if let relationships {
            chunk.relationships.decode(index, count, into: relationships + place)
        }
    }

    /// Goes on to the next chunk, unless the last neighbour asked for lay in this one.
    @inline(__always)
    private func leave(_ chunk: Chunk, at end: Int, _ walk: inout ListWalk) {
        walk.chunk = end < chunk.count || chunk.isWhole ? nil : nextChunk()
        walk.index = 0
    }

    /// Copies the stretches of the chunks that lie between pending changes.
    private func fillMerged(
        _ walk: inout ListWalk, _ room: Int, _ neighbours: UnsafeMutablePointer<NodeID>?,
        _ relationships: UnsafeMutablePointer<RelationshipID>?
    ) -> Int {
        var written = 0
        func emit(_ addition: PendingEntry) {
            neighbours?[written] = addition.neighbour
            relationships?[written] = addition.relationship
            written += 1
            walk.addition += 1
        }
        while written < room {
            guard let chunk = walk.chunk else {
                guard walk.addition < delta.additions.count else { break }
                emit(delta.additions[walk.addition])
                continue
            }
            let change = nextChange(walk)
            let end =
                walk.last == .max ? chunk.count : chunk.upperBound(walk.last, from: walk.index)
            var stop = end
            if let change {
                stop = min(
                    end,
                    chunk.lowerBound(change.neighbour, change.relationship, from: walk.index))
            }
            let count = min(stop - walk.index, room - written)
            copy(chunk, walk.index, count, neighbours, relationships, at: written)
            walk.index += count
            written += count
            if walk.index < stop || written == room { break }
            if walk.index == end {
                leave(chunk, at: end, &walk)
            } else if let change, change.isRemoval {
                let isThere =
                    chunk.neighbours[walk.index] == change.neighbour
                    && chunk.relationships[walk.index] == change.relationship
                if isThere { walk.index += 1 }
                walk.removal += 1
            } else if let change {
                emit(change)
            }
        }
        return written
    }

    @inline(__always)
    private func nextChange(_ walk: ListWalk) -> PendingEntry? {
        let hasAddition = walk.addition < delta.additions.count
        guard walk.removal < delta.removals.count else {
            return hasAddition ? delta.additions[walk.addition] : nil
        }
        let removal = delta.removals[walk.removal]
        guard hasAddition else { return removal }
        let addition = delta.additions[walk.addition]
        return removal < addition ? removal : addition
    }

    /// A lower bound of what `fill` would write next; nil at the end. Later calls may begin there,
    /// whatever has changed in between.
    func nextEntry(_ walk: inout ListWalk) -> (NodeID, RelationshipID)? {
        while let chunk = walk.chunk, walk.index == chunk.count {
            leave(chunk, at: chunk.count, &walk)
        }
        var next: (NodeID, RelationshipID)?
        if let chunk = walk.chunk, chunk.neighbours[walk.index] <= walk.last {
            next = (chunk.neighbours[walk.index], chunk.relationships[walk.index])
        }
        if walk.addition < delta.additions.count {
            let addition = delta.additions[walk.addition]
            let place = (addition.neighbour, addition.relationship)
            if next.map({ place < $0 }) ?? true { next = place }
        }
        return next
    }
}
