import GraphStore
import Values

extension BulkImporter {
    func importRelationships(_ source: ImportOptions.Source) throws(ImportError) {
        let type = try tokens(source.names) { name throws(StoreError) in
            try builder.token(type: name)
        }.first
        try forEachFile(source, .relationships) { reader, header throws(ImportError) in
            let columns = try PropertyColumns(header, builder, options)
            let ends = Ends(header)
            var properties: [(key: KeyID, value: Value)] = []
            while try reader.readRecord() {
                try checkWidth(reader, header)
                try importRelationship(reader, columns, ends, type, &properties)
                tick(reader, .relationships, summary.relationships)
            }
        }
    }

    /// Where a row's ends and type stand.
    private struct Ends {
        var start = (column: 0, space: "", isInteger: Bool?.none)
        var end = (column: 0, space: "", isInteger: Bool?.none)
        var type: Int?

        init(_ header: Header) {
            for (place, role) in header.columns.enumerated() {
                switch role {
                case .startID(let space, let isInteger): start = (place, space, isInteger)
                case .endID(let space, let isInteger): end = (place, space, isInteger)
                case .type: type = place
                default: break
                }
            }
        }
    }

    private func importRelationship(
        _ reader: CSVReader, _ columns: PropertyColumns, _ ends: Ends, _ sourceType: TypeID?,
        _ properties: inout [(key: KeyID, value: Value)]
    ) throws(ImportError) {
        let nodes: (start: NodeID, end: NodeID)
        do throws(ImportError) {
            nodes.start = try node(reader, ends.start)
            nodes.end = try node(reader, ends.end)
        } catch {
            guard options.skipBadRelationships else { throw error }
            try badRows.skip(error, row: reader.recordText)
            return
        }
        let type = try self.type(reader, ends.type, sourceType)
        properties.removeAll(keepingCapacity: true)
        try columns.read(reader, into: &properties)
        do throws(StoreError) {
            _ = try builder.appendRelationship(
                type: type, start: nodes.start, end: nodes.end, properties: properties)
        } catch { throw ImportError(error, at: reader.place) }
        summary.relationships += 1
        summary.properties += properties.count
    }

    private func node(
        _ reader: CSVReader, _ end: (column: Int, space: String, isInteger: Bool?)
    ) throws(ImportError) -> NodeID {
        let field = reader.fields[end.column]
        let found = try withID(reader, field, isInteger: end.isInteger) { id throws(ImportError) in
            spaces[end.space]?.node(id)
        }
        if let found { return found }
        let place = end.space.isEmpty ? "" : " in the id space `\(end.space)`"
        throw ImportError(
            "there is no node with the id `\(reader.text(of: field))`\(place)",
            at: reader.place(of: field))
    }

    private func type(_ reader: CSVReader, _ column: Int?, _ sourceType: TypeID?)
        throws(ImportError) -> TypeID
    {
        if let column {
            let field = reader.fields[column]
            let name = reader.text(of: field).trimmed()
            if !name.isEmpty {
                do throws(StoreError) { return try builder.token(type: name) } catch {
                    throw ImportError(error, at: reader.place(of: field))
                }
            }
        }
        if let sourceType { return sourceType }
        throw ImportError(
            "the relationship has no type: name one with --relationships TYPE=FILE or in a :TYPE "
                + "column", at: reader.place)
    }
}
