import GraphStore

/// Several ascending scans as one: every id that any of them gives, ascending, once.
final class MergedIDScan: IDScan {
    private struct Source {
        let scan: any IDScan
        var ids: ContiguousArray<UInt64> = []
        var next = 0
    }

    private var sources: [Source]

    init(_ scans: [any IDScan]) { sources = scans.map { Source(scan: $0) } }

    func next(_ limit: Int, into ids: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        var count = 0
        while count < limit {
            var least: UInt64?
            for place in sources.indices {
                guard let head = try head(place, limit) else { continue }
                least = min(least ?? head, head)
            }
            guard let least else { break }
            ids.append(least)
            count += 1
            for place in sources.indices
            where sources[place].next < sources[place].ids.count
                && sources[place].ids[sources[place].next] == least
            {
                sources[place].next += 1
            }
        }
        return count
    }

    /// The source's next id; nil at its end.
    private func head(_ place: Int, _ limit: Int) throws(StoreError) -> UInt64? {
        if sources[place].next == sources[place].ids.count {
            sources[place].ids.removeAll(keepingCapacity: true)
            sources[place].next = 0
            if try sources[place].scan.next(limit, into: &sources[place].ids) == 0 { return nil }
        }
        return sources[place].ids[sources[place].next]
    }
}
