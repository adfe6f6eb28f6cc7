/// Insertion and removal. Both keep what always holds: links go both ways, none leads to itself or
/// to what is not there, and no list is longer than its capacity.
extension VectorGraph {
    /// A row and its measure of likeness to another one.
    struct Candidate {
        let measure: Float
        let place: Int
    }

    /// Adds the entity's row, which LMDB has already (algorithm 1). It must not be there.
    ///
    /// Cost: a search for `constructionCandidates` in each of its layers, and some twenty lists
    /// that change.
    mutating func insert(
        _ entity: UInt64, _ row: UnsafeRawBufferPointer, _ source: VectorStorage,
        _ scratch: inout SearchScratch
    ) {
        findEntry(source)
        let layers = Self.layers(of: entity, settings)
        let place = append(entity, row)
        willBeWritten(entity)
        setLayers(place, layers)
        markChanged(place)
        guard let entry else {
            moveEntry(to: place)
            return
        }
        let top = self.layers(entry)
        // Segments do not move: the row's memory stays where it is.
        let query = rows.row(place)
        descend(query, to: min(layers, top) - 1, source, &scratch)
        for layer in (0..<min(layers, top)).reversed() {
            explore(
                query, layer: layer, candidates: settings.constructionCandidates, source, &scratch)
            for chosen in chooseLinks(scratch.beam) { link(place, chosen.place, layer, source) }
        }
        if layers > top { moveEntry(to: place) }
    }

    /// Removes the entity, and links those that were linked with it among each other. Does nothing
    /// where it is not there. `row` is what it had: LMDB has it no more.
    mutating func remove(
        _ entity: UInt64, _ row: UnsafeRawBufferPointer, _ source: VectorStorage
    ) {
        findEntry(source, removing: (entity, row))
        guard let place = places[entity].map(Int.init) ?? appendRemoved(entity, row, source) else {
            return
        }
        load(place, source)
        var heir: (place: Int, layers: Int)?
        for layer in (0..<layers(place)).reversed() {
            let others = links(place, layer).map { Int($0) }
            for other in others {
                load(other, source)
                remove(place, from: other, layer)
                markChanged(other)
                if layers(other) > heir?.layers ?? 0 { heir = (other, layers(other)) }
            }
            connect(others, layer, source)
        }
        let wasEntry = entry == place
        clear(place)
        if wasEntry { moveEntry(to: heir?.place ?? anyPlace(source)) }
    }

    /// The place of an entity that was not read before it went.
    private mutating func appendRemoved(
        _ entity: UInt64, _ row: UnsafeRawBufferPointer, _ source: VectorStorage
    ) -> Int? {
        if isComplete || source.links(entity) == nil { return nil }
        return append(entity, row)
    }

    /// Where searches enter when the entry goes and had no links at all.
    private mutating func anyPlace(_ source: VectorStorage) -> Int? {
        if let other = source.firstRow(where: { !removed.contains($0) }),
            let place = place(of: other, source)
        {
            load(place, source)
            return place
        }
        return (0..<rows.count).first { layers($0) > 0 }
    }

    // MARK: Links

    /// Of the rows found, those that the new one is linked with: see ``diverse(_:limit:)``; as many
    /// more of the best as make a row hard to lose.
    private func chooseLinks(_ beam: borrowing Beam) -> [Candidate] {
        let found = (0..<beam.count).map {
            Candidate(measure: beam.measure($0), place: beam.place($0))
        }
        var (chosen, others) = diverse(found, limit: settings.links)
        for other in others where chosen.count < fewestLinks { chosen.append(other) }
        return chosen
    }

    /// A link is not given up where that leaves one end fewer.
    private var fewestLinks: Int { max(2, settings.links / 2) }

    /// The best candidates that are more like the row in question than like any better one that was
    /// kept (algorithm 4), so that links lead into all directions; and the others. `candidates`
    /// come the best first.
    private func diverse(_ candidates: [Candidate], limit: Int) -> (
        kept: [Candidate], others: [Candidate]
    ) {
        var kept: [Candidate] = []
        var others: [Candidate] = []
        let (similarity, stride) = (settings.similarity, rows.stride)
        for candidate in candidates {
            let row = rows.row(candidate.place)
            let isKept =
                kept.count < limit
                && kept.allSatisfy { better in
                    VectorKernel.measure(similarity, row, rows.row(better.place), stride)
                        <= candidate.measure
                }
            if isKept { kept.append(candidate) } else { others.append(candidate) }
        }
        return (kept, others)
    }

    private mutating func link(_ one: Int, _ other: Int, _ layer: Int, _ source: VectorStorage) {
        load(one, source)
        load(other, source)
        guard one != other, layer < layers(one), layer < layers(other),
            !hasLink(one, other, layer),
            makeRoom(at: other, for: one, layer, source),
            makeRoom(at: one, for: other, layer, source)
        else { return }
        append(other, to: one, layer)
        append(one, to: other, layer)
        markChanged(one)
        markChanged(other)
    }

    private mutating func unlink(_ one: Int, _ other: Int, _ layer: Int) {
        remove(other, from: one, layer)
        remove(one, from: other, layer)
        markChanged(one)
        markChanged(other)
    }

    /// Where the list is full, gives up the links that others make up for; returns whether the
    /// newcomer is not among them.
    private mutating func makeRoom(
        at owner: Int, for newcomer: Int, _ layer: Int, _ source: VectorStorage
    ) -> Bool {
        let capacity = capacity(layer)
        guard links(owner, layer).count >= capacity else { return true }
        let row = rows.row(owner)
        var candidates = (links(owner, layer).map { Int($0) } + [newcomer]).map { place in
            Candidate(
                measure: VectorKernel.measure(
                    settings.similarity, row, rows.row(place), rows.stride), place: place)
        }
        candidates.sort { ($0.measure, $1.place) > ($1.measure, $0.place) }
        for other in diverse(candidates, limit: capacity).others {
            load(other.place, source)
            if links(other.place, layer).count <= fewestLinks { continue }
            if other.place == newcomer { return false }
            unlink(owner, other.place, layer)
        }
        if links(owner, layer).count < capacity { return true }
        // All of them matter: the least alike goes, one with few links only where all have few.
        for least in [fewestLinks, 1, 0] {
            for other in candidates.reversed() where links(other.place, layer).count > least {
                if other.place == newcomer { return false }
                unlink(owner, other.place, layer)
                return true
            }
        }
        return false
    }

    /// Links rows that have lost what linked them: along a spanning tree of the greatest likeness
    /// (Prim), so that whoever could be reached can be reached.
    private mutating func connect(_ places: [Int], _ layer: Int, _ source: VectorStorage) {
        guard let first = places.first else { return }
        let (similarity, stride) = (settings.similarity, rows.stride)
        var open = places.dropFirst().map { place in
            (place: place, partner: first, measure: -Float.infinity)
        }
        var newest = first
        while !open.isEmpty {
            for one in open.indices {
                let measure = VectorKernel.measure(
                    similarity, rows.row(open[one].place), rows.row(newest), stride)
                if measure > open[one].measure {
                    open[one].measure = measure
                    open[one].partner = newest
                }
            }
            guard let best = open.indices.max(by: { open[$0].measure < open[$1].measure }) else {
                return
            }
            let edge = open.remove(at: best)
            link(edge.place, edge.partner, layer, source)
            newest = edge.place
        }
    }
}
