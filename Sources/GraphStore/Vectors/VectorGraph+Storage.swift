extension VectorGraph {
    /// All of the index as LMDB has it; nil where that has no graph. `damage` gets what cannot be
    /// read and is left out. Cost: one pass over rows and links.
    static func load(_ source: VectorStorage, expecting count: Int, damage: (String) -> Void) throws
        -> VectorGraph?
    {
        guard let entry = source.entry else { return nil }
        var graph = VectorGraph(source.settings, complete: true, expecting: count)
        try source.forEachRow { entity, bytes, _ in
            guard bytes.count == source.settings.rowBytes else {
                return damage("the vector of \(entity) has a wrong size")
            }
            let place = graph.append(entity, bytes)
            graph.setLayers(place, 1)
        }
        try source.forEachLinks { entity, stored in
            guard let place = graph.places[entity], let stored else {
                return damage("the links of \(entity) are damaged")
            }
            graph.setLinks(Int(place), stored) { graph, other in graph.places[other].map { Int($0) }
            }
        }
        guard let place = graph.places[entry] else { return nil }
        graph.takeEntry(Int(place))
        return graph
    }

    /// Reads the place's links where they have not been read, and the rows that they lead to.
    @inline(__always)
    mutating func load(_ place: Int, _ source: VectorStorage) {
        if !isLoaded(place) { loadLinks(place, source) }
    }

    private mutating func loadLinks(_ place: Int, _ source: VectorStorage) {
        setLayers(place, 1)
        guard let stored = source.links(rows.entity(place)) else { return }
        setLinks(place, stored) { graph, other in graph.place(of: other, source) }
    }

    /// The entity's place, read from LMDB where it is not known yet; nil where it has no row.
    mutating func place(of entity: UInt64, _ source: VectorStorage) -> Int? {
        if let place = places[entity] { return Int(place) }
        if isComplete || removed.contains(entity) { return nil }
        return source.row(entity).map { append(entity, $0) }
    }

    private mutating func setLinks(
        _ place: Int, _ stored: StoredLinks, _ find: (inout VectorGraph, UInt64) -> Int?
    ) {
        setLayers(place, stored.layers)
        stored.forEach { layer, entity in
            guard let other = find(&self, entity), links(place, layer).count < capacity(layer)
            else { return }
            append(other, to: place, layer)
        }
    }

    /// Finds where searches enter, as LMDB has it.
    mutating func findEntry(
        _ source: VectorStorage,
        removing removed: (entity: UInt64, row: UnsafeRawBufferPointer)? = nil
    ) {
        if entry != nil || isComplete || entryIsChanged { return }
        guard let stored = source.entry else { return }
        if let removed, removed.entity == stored, places[stored] == nil {
            takeEntry(append(stored, removed.row))
        } else if let place = place(of: stored, source) {
            takeEntry(place)
        }
    }

    // MARK: Writing

    /// Writes what has changed, in key order.
    mutating func write(to target: VectorStorage) throws(StoreError) {
        for entity in removed.sorted() { try target.removeLinks(of: entity) }
        var written: [(entity: UInt64, place: Int)] = []
        for place in changed where layers(Int(place)) > 0 {
            written.append((rows.entity(Int(place)), Int(place)))
        }
        written.sort { $0.entity < $1.entity }
        for (entity, place) in written {
            let layers = (0..<layers(place)).map { layer in
                links(place, layer).map { rows.entity(Int($0)) }
            }
            try target.write(StoredLinks.encode(layers), of: entity)
        }
        if entryIsChanged { try target.write(entry: entry.map { rows.entity($0) }) }
        forgetChanges()
    }
}
