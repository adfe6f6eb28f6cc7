/// Where the relationships of an expansion's rows lie in live lists: mostly one run for each source.
struct ListRuns {
    struct Run {
        /// The first row, and its place among all entries of the lists.
        let row: Int
        let place: Int
        let count: Int
    }

    let count: Int
    private(set) var runs: ContiguousArray<Run> = []
    /// The rows that are in no run, ascending.
    private(set) var elsewhere: ContiguousArray<Int32> = []

    init(count: Int) { self.count = count }

    @inline(__always)
    mutating func append(_ row: Int, at place: Int, _ count: Int = 1) {
        runs.append(Run(row: row, place: place, count: count))
    }

    @inline(__always)
    mutating func leaveOut(_ row: Int) { elsewhere.append(Int32(truncatingIfNeeded: row)) }
}

extension AdjacencyReader {
    /// Looks rows up in the lists that they came from. They are in the order of the lists, and some
    /// may have been dropped. There must be lists in memory.
    ///
    /// Cost: a few loads for each source of which all rows are there, else for each row.
    func runs(of rows: ExpandedRows, from sources: UnsafeBufferPointer<NodeID>) -> ListRuns {
        guard let live else { preconditionFailure("the lists are not in memory") }
        let count = rows.relationships.count
        var runs = ListRuns(count: count)
        rows.sources.withUnsafeBufferPointer { rowSources in
            rows.relationships.withUnsafeBufferPointer { relationships in
                var row = 0
                while row < count {
                    let source = rowSources[row]
                    let node = sources[Int(source)]
                    let (start, length) = isPlain(node, live) ? live.range(node) : (0, 0)
                    let list = live.chunk(start, length)
                    let first = Self.place(relationships[row], rows.neighbours[row], list, length)
                    // As many rows as the list has entries from the first on, with the same last
                    // one, are those entries, as they are some of them in their order.
                    let most = min(length &- first, count &- row)
                    let last = row &+ most &- 1
                    if most > 0, rowSources[last] == source,
                        list.relationships[first &+ most &- 1] == relationships[last]
                    {
                        runs.append(row, at: start &+ first, most)
                        row = last &+ 1
                        continue
                    }
                    var place = first
                    while row < count, rowSources[row] == source {
                        let wanted = relationships[row]
                        while place < length, list.relationships[place] != wanted { place &+= 1 }
                        if place < length {
                            runs.append(row, at: start &+ place)
                            place &+= 1
                        } else {
                            runs.leaveOut(row)
                        }
                        row &+= 1
                    }
                }
            }
        }
        return runs
    }

    /// The first entry of a list, or where a batch begins in the midst of one, near the wanted.
    @inline(__always)
    private static func place(
        _ relationship: RelationshipID, _ neighbour: NodeID, _ list: Chunk, _ length: Int
    ) -> Int {
        guard length > 0, list.relationships[0] != relationship else { return 0 }
        var place = list.neighbours.lowerBound(neighbour, 0, length)
        while place < length, list.relationships[place] != relationship,
            list.neighbours[place] == neighbour
        {
            place &+= 1
        }
        return place
    }
}
