import GraphStore

extension SourceReader {
    /// Reads a source's relationships into the pipeline. Ends early where its writer has given up.
    func readRelationships(
        _ source: ImportOptions.Source, _ pipeline: Pipeline<RelationshipBatch>
    ) throws(ImportError) {
        let named = source.names.first { !$0.isEmpty }
        let type = try named.map { name throws(ImportError) in try self.type(name) }
        var columns: RelationshipColumns?
        try forEachFile(source, .relationships) { reader, header throws(ImportError) in
            if columns == nil {
                columns = RelationshipColumns(
                    start: try spaces.endColumns(header, isStart: true, at: reader.place),
                    end: try spaces.endColumns(header, isStart: false, at: reader.place),
                    typePlace: header.columns.firstIndex(of: .type), type: type,
                    try PropertyColumns(header, names, options))
            }
            guard let columns else { return }
            var isAtEnd = false
            while !isAtEnd, let batch = pipeline.empty() {
                batch.removeAll()
                for _ in 0..<Self.batchRows where batch.byteCount < Self.batchBytes {
                    guard try reader.readRecord() else {
                        isAtEnd = true
                        break
                    }
                    try checkWidth(reader, header)
                    try readRelationship(reader, columns, into: batch)
                }
                pipeline.submit(
                    batch, progress(reader, .relationships, summary.relationships))
            }
        }
    }

    private func readRelationship(
        _ reader: borrowing CSVReader, _ columns: RelationshipColumns,
        into batch: RelationshipBatch
    ) throws(ImportError) {
        let nodes: (start: NodeID, end: NodeID)
        let type: TypeID
        do throws(ImportError) {
            nodes.start = try node(reader, columns.start)
            nodes.end = try node(reader, columns.end)
            type = try self.type(reader, columns)
        } catch {
            guard options.skipBadRelationships else { throw error }
            try badRows.skip(error, row: reader.recordText)
            return
        }
        let count = columns.propertyCount
        batch.begin(type: type, start: nodes.start, end: nodes.end, maximumProperties: count)
        if count > 0 { try columns.properties.read(reader, into: batch.records) }
        do throws(StoreError) { summary.properties += try batch.end() } catch {
            throw ImportError(error, at: reader.place)
        }
        summary.relationships += 1
    }

    private func type(_ name: String) throws(ImportError) -> TypeID {
        do throws(StoreError) { return try names.type(name) } catch { throw ImportError(error) }
    }

    @inline(__always)
    private func node(_ reader: borrowing CSVReader, _ end: IDColumns) throws(ImportError) -> NodeID
    {
        if let found = try end.node(reader) { return found }
        throw ImportError(
            "there is no node with \(end.text(reader))", at: reader.place(of: end.field(reader)))
    }

    private func type(_ reader: borrowing CSVReader, _ columns: RelationshipColumns)
        throws(ImportError)
        -> TypeID
    {
        if let place = columns.typePlace {
            let field = reader.fields[place]
            let name = reader.text(of: field).trimmed()
            if !name.isEmpty {
                do throws(StoreError) { return try names.type(name) } catch {
                    throw ImportError(error, at: reader.place(of: field))
                }
            }
        }
        if let type = columns.type { return type }
        throw ImportError(
            "the relationship has no type: name one with --relationships TYPE=FILE or in a :TYPE "
                + "column", at: reader.place)
    }
}

/// What the columns of a relationship file are for, and what is kept from row to row.
private final class RelationshipColumns {
    let start: IDColumns
    let end: IDColumns
    let typePlace: Int?
    /// Of rows that name none.
    let type: TypeID?
    let properties: PropertyColumns
    let propertyCount: Int

    init(
        start: IDColumns, end: IDColumns, typePlace: Int?, type: TypeID?,
        _ properties: PropertyColumns
    ) {
        self.start = start
        self.end = end
        self.typePlace = typePlace
        self.type = type
        self.properties = properties
        propertyCount = properties.count
    }
}
