internal import GraphStore
internal import LinearAlgebra

/// Draws among relationships that are not too late.
extension NeighbourSampler {
    /// Longer lists are tried by a few draws before all their times are read.
    private static let longList = 2_048
    /// So many times as many draws as are wanted.
    private static let trialsPerDraw = 4

    func timed(
        _ node: NodeID, _ relation: Relation, degree: Int, _ fanOut: Int, _ timestamp: KeyID,
        notAfter time: Double, room: Int, _ random: inout RandomSource
    ) throws -> Drawn {
        if fanOut > 0, !options.newestFirst, degree > Self.longList,
            let drawn = try tried(node, relation, degree, fanOut, timestamp, time, room, &random)
        {
            return drawn
        }
        var all = Drawn(neighbours: [], relationships: [])
        for reader in relation.readers {
            reader.forEachRun(of: node) { neighbours, relationships in
                all.neighbours.append(contentsOf: neighbours)
                all.relationships.append(contentsOf: relationships)
            }
        }
        var (eligible, times) = eligible(all, timestamp, time)
        let isRepeated =
            options.withReplacement && !options.newestFirst && fanOut > 0 && !eligible.isEmpty
        let count =
            isRepeated ? fanOut : fanOut < 0 ? eligible.count : min(fanOut, eligible.count)
        try require(count, room)
        if fanOut < 0 { return all.at(eligible) }
        if options.newestFirst {
            // Of equal times the later relationship is the newer one.
            eligible.sort {
                (times[$0], all.relationships[$0]) > (times[$1], all.relationships[$1])
            }
            times = []
            return all.at(ContiguousArray(eligible.prefix(count)))
        }
        if !isRepeated, count == eligible.count { return all.at(eligible) }
        var places: ContiguousArray<Int> = []
        try drawPositions(count, of: eligible.count, &random) {
            for position in draw.positions { places.append(eligible[position]) }
        }
        return all.at(places)
    }

    /// Draws more than are wanted and keeps those that are not too late; nil where that leaves too
    /// few. What is kept is uniform: nothing that decides tells one eligible entry from another.
    private func tried(
        _ node: NodeID, _ relation: Relation, _ degree: Int, _ fanOut: Int, _ timestamp: KeyID,
        _ time: Double, _ room: Int, _ random: inout RandomSource
    ) throws -> Drawn? {
        guard fanOut < degree, fanOut * Self.trialsPerDraw < degree else { return nil }
        try require(fanOut, room)
        var drawn = Drawn(neighbours: [], relationships: [])
        try drawPositions(fanOut * Self.trialsPerDraw, of: degree, &random) {
            let part = entries(relation, node, draw.positions)
            drawn.neighbours.append(contentsOf: part.neighbours)
            drawn.relationships.append(contentsOf: part.relationships)
        }
        let (eligible, _) = eligible(drawn, timestamp, time)
        guard eligible.count >= fanOut else { return nil }
        draw.drawDistinct(fanOut, of: eligible.count, &random)
        return drawn.at(ContiguousArray(draw.positions.map { eligible[$0] }))
    }

    /// Places of entries that have a time which is not after `time`, and all entries' times.
    private func eligible(_ drawn: Drawn, _ timestamp: KeyID, _ time: Double)
        -> (places: ContiguousArray<Int>, times: ContiguousArray<Double>)
    {
        let times = drawn.relationships.withUnsafeBufferPointer {
            view.moments(timestamp, of: .relationship, $0)
        }
        var places: ContiguousArray<Int> = []
        for place in times.indices where times[place] > -.infinity && times[place] <= time {
            places.append(place)
        }
        return (places, times)
    }
}

extension NeighbourSampler.Drawn {
    fileprivate func at(_ places: ContiguousArray<Int>) -> Self {
        .init(
            neighbours: ContiguousArray(places.map { neighbours[$0] }),
            relationships: ContiguousArray(places.map { relationships[$0] }))
    }
}
