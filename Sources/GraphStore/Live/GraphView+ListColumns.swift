public import Values

extension GraphView {
    /// Properties of an expansion's relationships, read where they lie beside its lists in memory;
    /// nil for each that does not, or not for most rows: then ``appendProperty(_:of:_:to:)`` reads it
    /// by id. `rows` come from one reader and these sources; some may have been dropped.
    ///
    /// Cost: about a nanosecond a row. Where a property has been read by id for some part of the
    /// lists, the call first copies it into their order, for several nanoseconds a relationship.
    public func listedProperties(
        _ keys: [KeyID], of rows: ExpandedRows, from sources: UnsafeBufferPointer<NodeID>,
        by reader: AdjacencyReader
    ) -> [Column?] {
        let count = rows.relationships.count
        guard pending == nil, count >= core.live.limits.smallestCountedRead,
            let lists = reader.liveLists
        else { return keys.map { _ in nil } }
        var known: ListRuns?
        return keys.map { key in
            guard let values = knownLiveColumn(.property(.relationship, key)),
                let listed = core.listColumns.column(
                    .init(family: reader.family, key: key), values, over: lists, reading: count)
            else { return nil }
            let runs = known ?? reader.runs(of: rows, from: sources)
            known = runs
            let byID = listed.rowsByID(runs, of: rows.relationships, values)
            guard byID.count <= count / 2 else { return nil }
            let column = listed.values(runs)
            return byID.isEmpty ? column : patched(column, byID, key, rows.relationships)
        }
    }

    /// The column with some rows read by id; nil where these are of another kind, or null.
    private func patched(
        _ column: Column, _ rows: ContiguousArray<Int32>, _ key: KeyID,
        _ relationships: ContiguousArray<RelationshipID>
    ) -> Column? {
        let ids = ContiguousArray(rows.map { relationships[Int($0)] })
        var builder = ColumnBuilder(capacity: ids.count)
        ids.withUnsafeBufferPointer {
            appendProperty(key, of: .relationship, $0, to: &builder)
        }
        switch (column, builder.build()) {
        case (.integers(var values, _), .integers(let others, let validity)):
            guard validity.bytes == nil else { return nil }
            for (row, value) in zip(rows, others) { values[Int(row)] = value }
            return .integers(values, .allValid)
        case (.floats(var values, _), .floats(let others, let validity)):
            guard validity.bytes == nil else { return nil }
            for (row, value) in zip(rows, others) { values[Int(row)] = value }
            return .floats(values, .allValid)
        default: return nil
        }
    }
}
