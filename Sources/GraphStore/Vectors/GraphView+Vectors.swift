internal import LMDB

/// An entity that a search has found.
public struct ScoredEntity: Sendable, Equatable {
    public let id: UInt64
    public let score: Double

    public init(id: UInt64, score: Double) {
        self.id = id
        self.score = score
    }
}

extension GraphView {
    /// The `k` entities whose vectors are the most similar, the best first; ties by id.
    ///
    /// `candidates` (ef) of them are looked at from nearby, or as many as the index says: the more,
    /// the likelier it is that these are the best. Exact where few rows are there for each.
    ///
    /// `filter` decides which entities may be found: it is asked for those only that would be among
    /// the best so far, and the search widens until `k` are found, where there are `k`.
    /// `checkpoint` is called now and then and may throw.
    ///
    /// Cost: see ``VectorGraph/search(_:candidates:_:_:)``, or one pass over all rows at the speed
    /// of memory; the first search in an index reads it from LMDB. Errors: `schemaMissing` where no
    /// such vector index is online, `unsupported` where the vector does not fit it.
    public func nearest(
        _ index: IndexDefinition, to vector: [Float], _ k: Int, candidates: Int? = nil,
        where filter: ((UInt64) throws -> Bool)? = nil, checkpoint: () throws -> Void = {}
    ) throws -> [ScoredEntity] {
        let found = try online(index, .vector)
        guard case .vectors(let settings) = found.settings else { return [] }
        guard vector.count == settings.dimensions else {
            throw StoreError.unsupported(
                "the index '\(index.name)' has vectors of \(settings.dimensions) dimensions, not "
                    + "\(vector.count)")
        }
        guard let row = settings.row(vector) else {
            throw StoreError.unsupported(
                "the vector to search for has no direction, or an element that is not finite")
        }
        let rows = count(.index(found.id))
        var search = NearestSearch(settings, row, min(k, rows), filter)
        let source = VectorStorage(found.id, settings, transaction, core.databases.indexes)
        var graph = try vectorGraph(found, settings, source, rows)
        let isFound = try core.vectors.withScratch { scratch in
            try search.walk(
                &graph, candidates: candidates ?? settings.searchCandidates, rows: rows,
                exactRowsPerCandidate: core.vectors.exactRowsPerCandidate, source, &scratch,
                checkpoint)
        }
        if !isFound {
            if graph.isComplete {
                try search.scan(graph, checkpoint)
            } else {
                try search.scan(source, checkpoint)
            }
        }
        return search.best.sorted.map {
            ScoredEntity(id: $0.id, score: settings.score($0.measure))
        }
    }

    /// The graph as this view may use it: its own version where that is in memory, else an empty
    /// one that reads what it needs.
    private func vectorGraph(
        _ index: Schema.Index, _ settings: VectorSettings, _ source: VectorStorage, _ rows: Int
    ) throws -> VectorGraph {
        if let graph = pending?.state.vectorGraphs[index.id] ?? heldGraphs[index.id] {
            return graph
        }
        switch core.vectors.graph(
            index.id, change: change, bytes: VectorGraph.byteCount(settings, rows: rows))
        {
        case .graph(let graph):
            if pending == nil { heldGraphs[index.id] = graph }
            return graph
        case .nothing: break
        case .build:
            // The writer's view may see more than the commit that the graph would be of.
            guard pending == nil, let graph = try readGraph(index, source, rows) else {
                core.vectors.giveUp(index.id)
                break
            }
            core.vectors.share(graph, of: index.id, change: change)
            heldGraphs[index.id] = graph
            return graph
        }
        return VectorGraph(settings, complete: false)
    }

    private func readGraph(_ index: Schema.Index, _ source: VectorStorage, _ rows: Int) throws
        -> VectorGraph?
    {
        do {
            return try VectorGraph.load(source, expecting: rows) { what in
                noteDamage("\(what) in the index '\(index.definition.name)'")
            }
        } catch {
            core.vectors.giveUp(index.id)
            throw error
        }
    }
}
