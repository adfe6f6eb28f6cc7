import GraphStore
import Values

extension BulkImporter {
    func importNodes(_ source: ImportOptions.Source) throws(ImportError) {
        let labels = try tokens(source.names) { name throws(StoreError) in
            try builder.token(label: name)
        }
        var nodes: NodeColumns?
        try forEachFile(source, .nodes) { reader, header throws(ImportError) in
            if nodes == nil {
                nodes = NodeColumns(
                    header, labels, ids: try spaces.nodeColumns(header, at: reader.place),
                    try PropertyColumns(header, builder, options))
            }
            guard let nodes else { return }
            while try reader.readRecord() {
                try checkWidth(reader, header)
                try importNode(reader, nodes)
                tick(reader, .nodes, summary.nodes)
            }
        }
    }

    private func importNode(_ reader: borrowing CSVReader, _ nodes: NodeColumns) throws(ImportError)
    {
        if let ids = nodes.ids, try !remember(reader, ids) { return }
        try nodes.properties.read(reader, into: &nodes.row)
        let labels = nodes.labelPlaces.isEmpty ? nodes.labels : try self.labels(reader, nodes)
        do throws(StoreError) {
            _ = try builder.appendNode(labels: labels, properties: nodes.row)
        } catch { throw ImportError(error, at: reader.place) }
        summary.nodes += 1
        summary.properties += nodes.row.count
    }

    /// The source's labels and those of the row.
    private func labels(_ reader: borrowing CSVReader, _ nodes: NodeColumns) throws(ImportError)
        -> [LabelID]
    {
        var labels = nodes.labels
        for place in nodes.labelPlaces {
            let text = reader.text(of: reader.fields[place])
            if let known = nodes.labelsOfText[text] {
                labels += known
                continue
            }
            let separator = options.arrayDelimiter
            let names = text.utf8.split(separator: separator).map { String(Substring($0)) }
            let found = try tokens(names.map { $0.trimmed() }) { name throws(StoreError) in
                try builder.token(label: name)
            }
            nodes.remember(found, of: text)
            labels += found
        }
        return labels
    }

    /// Maps the row's external id to the node that comes next. Returns false where the id is taken
    /// and the row is to be left out.
    private func remember(_ reader: borrowing CSVReader, _ ids: IDColumns) throws(ImportError)
        -> Bool
    {
        guard ids.map.count < IDMap.maximumCount else {
            throw ImportError("an id space holds at most \(IDMap.maximumCount) ids")
        }
        let next = NodeID(builder.nodeCount)
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
    let labelPlaces: [Int]
    let properties: PropertyColumns
    var row: [(key: KeyID, value: Value)] = []
    private(set) var labelsOfText: [String: [LabelID]] = [:]

    /// Texts in `:LABEL` columns that are remembered; few different ones occur.
    private static let maximumTexts = 10_000

    init(_ header: Header, _ labels: [LabelID], ids: IDColumns?, _ properties: PropertyColumns) {
        self.ids = ids
        self.labels = labels
        labelPlaces = header.columns.indices.filter { header.columns[$0] == .label }
        self.properties = properties
    }

    func remember(_ labels: [LabelID], of text: String) {
        if labelsOfText.count == Self.maximumTexts { labelsOfText.removeAll() }
        labelsOfText[text] = labels
    }
}
