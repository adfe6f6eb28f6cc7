extension VectorGraph {
    /// Finds about the best `candidates` rows, and leaves them in the scratch's beam, the best
    /// first (the paper's algorithm 5). Those that it finds are there, and their measures are
    /// exact; that none is better is likely.
    ///
    /// Cost: some 20 comparisons for each candidate.
    mutating func search(
        _ query: UnsafePointer<Float>, candidates: Int, _ source: VectorStorage,
        _ scratch: inout SearchScratch
    ) {
        descend(query, to: 0, source, &scratch)
        explore(query, layer: 0, candidates: candidates, source, &scratch)
    }

    /// Walks from the entry through the layers above one, to the nearest row of each; the beam
    /// holds it, or nothing where there is no row.
    mutating func descend(
        _ query: UnsafePointer<Float>, to layer: Int, _ source: VectorStorage,
        _ scratch: inout SearchScratch
    ) {
        scratch.beam.reset(capacity: 1)
        findEntry(source)
        guard let entry else { return }
        load(entry, source)
        let measure = VectorKernel.measure(
            settings.similarity, query, rows.row(entry), rows.stride)
        scratch.beam.offer(measure, UInt32(entry))
        var above = layers(entry) - 1
        while above > layer {
            explore(query, layer: above, candidates: 1, source, &scratch)
            above -= 1
        }
    }

    /// The best rows of a layer that are found from those in the beam (algorithm 2).
    mutating func explore(
        _ query: UnsafePointer<Float>, layer: Int, candidates: Int, _ source: VectorStorage,
        _ scratch: inout SearchScratch
    ) {
        scratch.beam.reopen(capacity: candidates)
        scratch.visited.removeAll()
        for rank in 0..<scratch.beam.count { _ = scratch.visited.insert(scratch.beam.place(rank)) }
        let (similarity, stride) = (settings.similarity, rows.stride)
        while let place = scratch.beam.expandNext() {
            load(place, source)
            var fresh = 0
            for neighbour in links(place, layer)
            where scratch.visited.insert(Int(neighbour)) {
                scratch.rows[fresh] = rows.row(Int(neighbour))
                scratch.places[fresh] = neighbour
                fresh += 1
            }
            VectorKernel.measure(
                similarity, query, scratch.rows, count: fresh, stride, into: scratch.measures)
            for one in 0..<fresh { scratch.beam.offer(scratch.measures[one], scratch.places[one]) }
        }
    }
}
