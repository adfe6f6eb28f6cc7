import GraphStore
import Values

extension BulkImporter {
    func importNodes(_ source: ImportOptions.Source) throws(ImportError) {
        let labels = try tokens(source.names) { name throws(StoreError) in
            try builder.token(label: name)
        }
        try forEachFile(source, .nodes) { reader, header throws(ImportError) in
            let columns = try PropertyColumns(header, builder, options)
            var row = NodeRow(labels)
            while try reader.readRecord() {
                try checkWidth(reader, header)
                try importNode(reader, header, columns, &row)
                tick(reader, .nodes, summary.nodes)
            }
        }
    }

    /// A row's parts, kept from row to row for their memory.
    private struct NodeRow {
        let sourceLabels: [LabelID]
        var labels: [LabelID] = []
        var properties: [(key: KeyID, value: Value)] = []

        init(_ labels: [LabelID]) { sourceLabels = labels }
    }

    private func importNode(
        _ reader: CSVReader, _ header: Header, _ columns: PropertyColumns, _ row: inout NodeRow
    ) throws(ImportError) {
        row.properties.removeAll(keepingCapacity: true)
        row.labels = row.sourceLabels
        for (place, role) in header.columns.enumerated() {
            switch role {
            case .label: row.labels += try labels(reader, reader.fields[place])
            case .id(_, let space, let isInteger):
                let isNew = try remember(reader, reader.fields[place], space, isInteger)
                if !isNew { return }
            default: break
            }
        }
        try columns.read(reader, into: &row.properties)
        do throws(StoreError) {
            _ = try builder.appendNode(labels: row.labels, properties: row.properties)
        } catch { throw ImportError(error, at: reader.place) }
        summary.nodes += 1
        summary.properties += row.properties.count
    }

    private func labels(_ reader: CSVReader, _ field: CSVReader.Field) throws(ImportError)
        -> [LabelID]
    {
        let separator = Unicode.Scalar(options.arrayDelimiter)
        let names = reader.text(of: field).unicodeScalars.split(separator: separator)
        return try tokens(names.map { String($0).trimmed() }) { name throws(StoreError) in
            try builder.token(label: name)
        }
    }

    /// Maps the row's external id to the node that comes next. Returns false where the id is taken
    /// and the row is to be left out.
    private func remember(
        _ reader: CSVReader, _ field: CSVReader.Field, _ space: String, _ isInteger: Bool?
    ) throws(ImportError) -> Bool {
        let next = NodeID(builder.nodeCount)
        let asInteger = isInteger ?? (options.idType == .integer)
        let isNew = try withID(reader, field, isInteger: isInteger) { id throws(ImportError) in
            spaces[space, default: IDMap(isInteger: asInteger)].insert(id, next)
        }
        if isNew { return true }
        let error = ImportError(
            "the id `\(reader.text(of: field))` occurs twice in "
                + (space.isEmpty ? "the global id space" : "the id space `\(space)`"),
            at: reader.place(of: field))
        guard options.skipDuplicateNodes else { throw error }
        try badRows.skip(error, row: reader.recordText)
        return false
    }
}
