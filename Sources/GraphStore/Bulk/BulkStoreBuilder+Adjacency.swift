extension BulkStoreBuilder {
    /// Sorts what is left, while `prepare` writes something else, and writes both directions' lists.
    func appendAdjacency(prepare: () throws(StoreError) -> Void) throws(StoreError) {
        let writer = AdjacencyBulkWriter(core.adjacency, core.transaction)
        var family: (type: TypeID, direction: Direction)?
        func begin() throws(StoreError) {
            try prepare()
            writer.use(core.transaction)
        }
        try sorter.drain(after: begin) { (type, direction, batch) throws(StoreError) in
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
