extension AdjacencyReader {
    /// Reads the entries at some positions of the node's list, 0 being the first: how a sampler
    /// draws neighbours of a hub without reading the hub's list. Positions ascend, may repeat, and
    /// lie below the node's degree. Returns how many were written, which is fewer only where the
    /// list turns out to be damaged.
    ///
    /// Cost: from memory a load each; else a step for each of the list's chunks up to the last
    /// position, and a search for each change that is pending for the list.
    public func readEntries(
        of node: NodeID, at positions: UnsafeBufferPointer<Int>,
        neighbours: UnsafeMutablePointer<NodeID>,
        relationships: UnsafeMutablePointer<RelationshipID>? = nil
    ) -> Int {
        if isLending {
            return inner().readEntries(
                of: node, at: positions, neighbours: neighbours, relationships: relationships)
        }
        refresh()
        guard node != .max, !positions.isEmpty else { return 0 }
        if let live, isPlain(node, live) {
            return read(live, node, positions, neighbours, relationships)
        }
        return walk(node, positions, neighbours, relationships)
    }

    @inline(__always)
    private func read(
        _ live: LiveLists.View, _ node: NodeID, _ positions: UnsafeBufferPointer<Int>,
        _ neighbours: UnsafeMutablePointer<NodeID>,
        _ relationships: UnsafeMutablePointer<RelationshipID>?
    ) -> Int {
        let (start, count) = live.range(node)
        precondition(positions[positions.count &- 1] < count, "a position behind the list's end")
        let list = live.chunk(start, count)
        for place in 0..<positions.count {
            neighbours[place] = list.neighbours[positions[place]]
        }
        if let relationships {
            for place in 0..<positions.count {
                relationships[place] = list.relationships[positions[place]]
            }
        }
        return count == 0 ? 0 : positions.count
    }

    private func walk(
        _ node: NodeID, _ positions: UnsafeBufferPointer<Int>,
        _ neighbours: UnsafeMutablePointer<NodeID>,
        _ relationships: UnsafeMutablePointer<RelationshipID>?
    ) -> Int {
        var walk = begin(node)
        var next = 0
        for place in 0..<positions.count {
            let position = positions[place]
            if place > 0, position == positions[place &- 1] {
                neighbours[place] = neighbours[place &- 1]
                relationships?[place] = relationships![place &- 1]
                continue
            }
            let skipped = position &- next
            let isThere =
                fill(&walk, room: skipped, neighbours: nil, relationships: nil) == skipped
                && fill(
                    &walk, room: 1, neighbours: neighbours + place,
                    relationships: relationships.map { $0 + place }) == 1
            guard isThere else { return place }
            next = position &+ 1
        }
        return positions.count
    }

    /// Whether the node's list has an entry of the neighbour. Cost: a binary search of the list.
    public func isConnected(_ node: NodeID, to neighbour: NodeID) -> Bool {
        if isLending { return inner().isConnected(node, to: neighbour) }
        refresh()
        guard node != .max else { return false }
        var walk = begin(node, from: neighbour, upTo: neighbour)
        return fill(&walk, room: 1, neighbours: nil, relationships: nil) == 1
    }
}
