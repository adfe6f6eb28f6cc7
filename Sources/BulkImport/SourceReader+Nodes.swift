import GraphStore

extension SourceReader {
    /// Reads a source's nodes into the pipeline. Ends early where its writer has given up.
    func readNodes(_ source: ImportOptions.Source, _ pipeline: Pipeline<NodeBatch>)
        throws(ImportError)
    {
        let labels = try labels(source.names)
        var columns: NodeColumns?
        try forEachFile(source, .nodes) { reader, header throws(ImportError) in
            if columns == nil {
                columns = NodeColumns(
                    header, labels, try labelSet(labels),
                    ids: try spaces.nodeColumns(header, at: reader.place),
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
                    try readNode(reader, columns, into: batch)
                }
                pipeline.submit(batch, progress(reader, .nodes, summary.nodes))
            }
        }
    }

    private func readNode(
        _ reader: borrowing CSVReader, _ columns: NodeColumns, into batch: NodeBatch
    ) throws(ImportError) {
        if let ids = columns.ids, try !remember(reader, ids) { return }
        let labels = columns.places.isEmpty ? columns.labelSet : try labels(reader, columns)
        batch.begin(labels, maximumProperties: columns.properties.count)
        try columns.properties.read(reader, into: batch.records)
        do throws(StoreError) { summary.properties += try batch.end() } catch {
            throw ImportError(error, at: reader.place)
        }
        summary.nodes += 1
    }

    /// The source's labels and those of the row.
    private func labels(_ reader: borrowing CSVReader, _ columns: NodeColumns) throws(ImportError)
        -> LabelSet
    {
        if columns.places.count == 1, let place = columns.places.first {
            let text = reader.text(of: reader.fields[place])
            if let known = columns.labelsOfText[text] { return known }
            let set = try labelSet(columns.labels + labels(in: text))
            columns.remember(set, of: text)
            return set
        }
        var labels = columns.labels
        for place in columns.places {
            labels += try self.labels(in: reader.text(of: reader.fields[place]))
        }
        return try labelSet(labels)
    }

    private func labels(in text: String) throws(ImportError) -> [LabelID] {
        let parts = text.utf8.split(separator: options.arrayDelimiter)
        return try labels(parts.map { String(Substring($0)).trimmed() })
    }

    private func labels(_ texts: [String]) throws(ImportError) -> [LabelID] {
        var labels: [LabelID] = []
        for text in texts where !text.isEmpty {
            do throws(StoreError) { labels.append(try names.label(text)) } catch {
                throw ImportError(error)
            }
        }
        return labels
    }

    private func labelSet(_ labels: [LabelID]) throws(ImportError) -> LabelSet {
        do throws(StoreError) { return try names.labelSet(labels) } catch {
            throw ImportError(error)
        }
    }

    /// Maps the row's external id to the node that comes next. Returns false where the id is taken
    /// and the row is to be left out.
    private func remember(_ reader: borrowing CSVReader, _ ids: IDColumns) throws(ImportError)
        -> Bool
    {
        guard ids.map.count < IDMap.maximumCount else {
            throw ImportError("an id space holds at most \(IDMap.maximumCount) ids")
        }
        // Nodes count from 0, in the order in which they are read.
        let next = NodeID(summary.nodes)
        if try ids.withID(reader, { ids.map.insert($0, next) }) { return true }
        let error = ImportError(
            "\(ids.text(reader)) occurs twice", at: reader.place(of: ids.field(reader)))
        guard options.skipDuplicateNodes else { throw error }
        try badRows.skip(error, row: reader.recordText)
        return false
    }
}

/// What the columns of a node file are for, and what is kept from row to row.
private final class NodeColumns {
    let ids: IDColumns?
    /// Of every node of the source.
    let labels: [LabelID]
    let labelSet: LabelSet
    /// The `:LABEL` columns.
    let places: [Int]
    let properties: PropertyColumns
    private(set) var labelsOfText: [String: LabelSet] = [:]

    /// Texts in `:LABEL` columns that are remembered; few different ones occur.
    private static let maximumTexts = 10_000

    init(
        _ header: Header, _ labels: [LabelID], _ labelSet: LabelSet, ids: IDColumns?,
        _ properties: PropertyColumns
    ) {
        self.ids = ids
        self.labels = labels
        self.labelSet = labelSet
        places = header.columns.indices.filter { header.columns[$0] == .label }
        self.properties = properties
    }

    func remember(_ labels: LabelSet, of text: String) {
        if labelsOfText.count == Self.maximumTexts { labelsOfText.removeAll() }
        labelsOfText[text] = labels
    }
}
