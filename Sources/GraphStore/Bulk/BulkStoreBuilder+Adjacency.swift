extension BulkStoreBuilder {
    /// Sorts what is left and writes both directions' lists.
    func appendAdjacency() throws(StoreError) {
        let writer = AdjacencyBulkWriter(core.adjacency, core.transaction)
        var family: (type: TypeID, direction: Direction)?
        try sorter.drain { (type, direction, batch) throws(StoreError) in
            if family == nil || family! != (type, direction) {
                try writer.begin(type, direction)
                family = (type, direction)
            }
            let before = writer.bytesWritten
            try writer.append(batch)
            try core.account(writer.bytesWritten - before)
            writer.use(core.transaction)
        }
        try writer.finish()
    }
}
