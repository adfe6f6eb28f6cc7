internal import LMDB

/// Vector graphs that this transaction changes, in memory until it commits: like counts, they are
/// part of what a savepoint copies and a rollback restores.
extension WriteTransaction {
    private func storage(_ index: UInt32, _ settings: VectorSettings) -> VectorStorage {
        VectorStorage(index, settings, current, core.databases.indexes)
    }

    /// Has the index's graph at hand. To be called before its first row changes.
    func openVectorGraph(_ index: Schema.Index) throws(StoreError) {
        guard case .vectors(let settings) = index.settings,
            pending.state.vectorGraphs[index.id] == nil
        else { return }
        let rows = view.count(.index(index.id))
        let source = storage(index.id, settings)
        if source.entry == nil {
            // Rows without an entry: an index that has no graph, and gets none.
            if rows == 0 {
                pending.state.vectorGraphs[index.id] = VectorGraph(settings, complete: true)
            }
            return
        }
        let bytes = VectorGraph.byteCount(settings, rows: rows)
        var (graph, isWorthReading) = core.vectors.graphForWriter(
            index.id, change: lastChange, bytes: bytes)
        if graph == nil, isWorthReading {
            graph = try? VectorGraph.load(source, expecting: rows) { view.noteDamage($0) }
        }
        pending.state.vectorGraphs[index.id] = graph ?? VectorGraph(settings, complete: false)
    }

    /// An entity's row is another one now, or is gone, or is new; LMDB has the rows already.
    func changeVector(
        _ index: Schema.Index, of entity: UInt64, from before: IndexContent.Entry?,
        to after: IndexContent.Entry?
    ) throws(StoreError) {
        guard case .vectors(let settings) = index.settings, before != after,
            pending.state.vectorGraphs[index.id] != nil
        else { return }
        let source = storage(index.id, settings)
        let written = core.vectors.withScratch { scratch in
            let unwritten = pending.state.vectorGraphs[index.id]!.unwrittenCount
            if let row = before?.value {
                row.lend { row in
                    pending.state.vectorGraphs[index.id]!.remove(entity, row, source)
                }
            }
            if let row = after?.value {
                row.lend { row in
                    pending.state.vectorGraphs[index.id]!.insert(entity, row, source, &scratch)
                }
            }
            return pending.state.vectorGraphs[index.id]!.unwrittenCount - unwritten
        }
        work += max(0, written)
        guard pending.state.vectorGraphs[index.id]!.byteCount > core.vectors.byteLimit else {
            return
        }
        try pending.state.vectorGraphs[index.id]!.write(to: source)
        pending.state.vectorGraphs[index.id] = VectorGraph(settings, complete: false)
    }

    func writeVectorGraphs() throws(StoreError) {
        for index in pending.state.vectorGraphs.keys.sorted() {
            let settings = pending.state.vectorGraphs[index]!.settings
            try pending.state.vectorGraphs[index]!.write(to: storage(index, settings))
        }
    }
}
