internal import LMDB

extension StoreCheck {
    /// Each row has its links, and every link leads to a row that links back. Returns how many rows
    /// there are; whether they are the right ones is checked as for other indexes.
    func checkVectors(
        _ index: Schema.Index, _ settings: VectorSettings, _ find: (String) -> Void
    ) throws(StoreError) -> Int64 {
        let source = VectorStorage(index.id, settings, view.transaction, databases.indexes)
        let name = index.definition.name
        var rows: Int64 = 0
        do {
            try source.forEachRow { entity, bytes, _ in
                rows += 1
                if bytes.count != settings.rowBytes {
                    find("the vector of \(entity) in the index '\(name)' has a wrong size")
                }
                if source.entry != nil, source.links(entity) == nil {
                    find("\(entity) has no links in the graph of the index '\(name)'")
                }
            }
            try source.forEachLinks { entity, links in
                for finding in findings(entity, links, source) {
                    find("in the graph of the index '\(name)' \(finding)")
                }
            }
        } catch { throw (error as? StoreError) ?? view.unusable("\(error)") }
        if let entry = source.entry {
            if source.row(entry) == nil {
                find("the graph of the index '\(name)' is entered at \(entry), which has no row")
            }
        } else if rows > 0 {
            find("the index '\(name)' has no graph: searches are exact until it is made anew")
        }
        return rows
    }

    private func findings(_ entity: UInt64, _ links: StoredLinks?, _ source: VectorStorage)
        -> [String]
    {
        guard let links else { return ["the links of \(entity) are damaged"] }
        guard source.row(entity) != nil else { return ["\(entity) has links and no row"] }
        var findings: [String] = []
        if links.layers != VectorGraph.layers(of: entity, source.settings) {
            findings.append("\(entity) is in \(links.layers) layers, which is not as it should be")
        }
        var counts = [Int](repeating: 0, count: links.layers)
        var met: Set<[UInt64]> = []
        links.forEach { layer, other in
            counts[layer] += 1
            if other == entity { findings.append("\(entity) is linked with itself") }
            if !met.insert([UInt64(layer), other]).inserted {
                findings.append("\(entity) is linked with \(other) twice")
            }
            let back = source.links(other)
            if back == nil || !back!.contains(entity, in: layer) {
                findings.append("\(entity) is linked with \(other), which is not linked with it")
            }
        }
        for (layer, count) in counts.enumerated()
        where count > VectorGraph.capacity(layer, source.settings) {
            findings.append("\(entity) has \(count) links in layer \(layer)")
        }
        return findings
    }
}
