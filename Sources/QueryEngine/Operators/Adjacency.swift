import Cypher
import GraphStore
import Values

/// The adjacency lists that one expansion walks: each of its types in each of its directions.
///
/// Rows come out in the order of their sources, whatever the number of lists, so that what a query
/// has sorted stays sorted. Types are looked up by name; in a statement that writes they are looked
/// up again for each batch, because a step below may have made them.
final class Adjacency {
    private let types: [String]
    private let direction: Cypher.Direction
    private let options: ExpandOptions
    private let context: QueryContext
    private var readers: [(reader: AdjacencyReader, type: TypeID, options: ExpandOptions)] = []
    /// Whether expanded rows say of which type they are, where there are several.
    var marksTypes = false
    private var typeIDs: [TypeID]?
    private var hasSeveralTypes: Bool { (typeIDs?.count ?? 0) > 1 }

    /// Where an expansion of many sources stands.
    struct Position {
        fileprivate(set) var source = 0
        /// With several lists: the one of this source that is being read.
        fileprivate var reader = 0
        fileprivate var inner = ExpandPosition()
    }

    init(
        types: [String], direction: Cypher.Direction, options: ExpandOptions = [],
        context: QueryContext
    ) {
        self.types = types
        self.direction = direction
        self.options = options
        self.context = context
    }

    /// The same lists walked from their other ends.
    func reversed() -> Adjacency {
        let direction: Cypher.Direction =
            switch self.direction {
            case .outgoing: .incoming
            case .incoming: .outgoing
            case .either: .either
            }
        return Adjacency(types: types, direction: direction, options: options, context: context)
    }

    /// Call before each batch.
    func refresh() {
        if typeIDs != nil && context.writer == nil { return }
        let ids = resolve()
        if let typeIDs, typeIDs == ids { return }
        typeIDs = ids
        readers = ids.flatMap { type in
            let view = context.view
            return switch direction {
            case .outgoing: [(view.adjacency(type, .outgoing), type, options)]
            case .incoming: [(view.adjacency(type, .incoming), type, options)]
            case .either:
                [
                    (view.adjacency(type, .outgoing), type, options),
                    (view.adjacency(type, .incoming), type, options.union(.withoutLoops)),
                ]
            }
        }
    }

    /// The reader, where all rows come from one.
    var onlyReader: AdjacencyReader? { readers.count == 1 ? readers[0].reader : nil }

    /// The types' names of expanded rows that say of which type they are; nil where they pass what a
    /// column holds.
    func typeNames(of rows: ExpandedRows) -> Column? {
        let view = context.view
        if !hasSeveralTypes, let only = readers.first {
            return .constant(.string(view.name(type: only.type)), count: rows.sources.count)
        }
        var names = ContiguousArray<UInt8>()
        var ranges = [Range<Int>](repeating: 0..<0, count: view.typeNames.count)
        for (_, type, _) in readers {
            let start = names.count
            names.append(contentsOf: view.name(type: type).utf8)
            ranges[Int(type)] = start..<names.count
        }
        let column = names.withUnsafeBytes { names in
            StringColumn.copying(rows.types.count, of: names) { ranges[Int(rows.types[$0])] }
        }
        return column.map { .strings($0) }
    }

    private func resolve() -> [TypeID] {
        let view = context.view
        if !types.isEmpty {
            var ids: [TypeID] = []
            for name in types {
                if let id = view.type(name), !ids.contains(id) { ids.append(id) }
            }
            return ids
        }
        let all = (0..<TypeID(view.typeNames.count))
        if context.writer != nil { return Array(all) }
        return all.filter { view.relationshipCount(type: $0) > 0 }
    }

    /// Appends neighbours of `sources` from `position` on, at most `limit` of them or until the
    /// sources are used up: `position.source == sources.count`.
    func expand(
        _ sources: UnsafeBufferPointer<NodeID>, from position: inout Position, limit: Int,
        into rows: inout ExpandedRows
    ) {
        advance(sources.count, from: &position, limit: limit, into: &rows) {
            reader, options, range, inner, limit, rows in
            reader.expand(
                UnsafeBufferPointer(rebasing: sources[range]), from: &inner, limit: limit,
                into: &rows, options: options)
        }
    }

    /// Appends the relationships between each `sources[i]` and `targets[i]`.
    func expandInto(
        _ sources: UnsafeBufferPointer<NodeID>, _ targets: UnsafeBufferPointer<NodeID>,
        from position: inout Position, limit: Int, into rows: inout ExpandedRows
    ) {
        advance(sources.count, from: &position, limit: limit, into: &rows) {
            reader, options, range, inner, limit, rows in
            reader.expandInto(
                UnsafeBufferPointer(rebasing: sources[range]),
                UnsafeBufferPointer(rebasing: targets[range]), from: &inner, limit: limit,
                into: &rows, options: options)
        }
    }

    /// Lends the neighbours of one node, run by run. The buffer is valid inside `body` only.
    @inline(__always)
    func forEachRun(
        of node: NodeID, _ body: (UnsafeBufferPointer<NodeID>) throws -> Void
    ) rethrows {
        var entries = readers.count
        for (reader, _, options) in readers {
            try reader.forEachRun(of: node, options: options) { neighbours, _ in
                entries += neighbours.count
                try body(neighbours)
            }
        }
        context.databaseHits += entries
    }

    /// Lends the neighbours of some of the sources, run by run, each with its source's place, list
    /// after list. The runs are valid inside `body` only.
    @inline(__always)
    func forEachRun(
        ofEach sources: ContiguousArray<NodeID>, _ places: Range<Int>,
        _ body: (Int, NeighbourRun) throws -> Void
    ) rethrows {
        var entries = places.count * readers.count
        try sources.withUnsafeBufferPointer { sources in
            let part = UnsafeBufferPointer(rebasing: sources[places])
            for (reader, _, options) in readers {
                try reader.forEachRun(ofEach: part, options: options) { place, run in
                    entries &+= run.count
                    try body(places.lowerBound &+ place, run)
                }
            }
        }
        context.databaseHits += entries
    }

    /// How many relationships each source has in these lists; 0 for null.
    func degrees(_ sources: ContiguousArray<NodeID>) -> ContiguousArray<Int64> {
        var counts = ContiguousArray<Int64>(repeating: 0, count: sources.count)
        var part = ContiguousArray<Int64>()
        for (reader, _, options) in readers {
            part.removeAll(keepingCapacity: true)
            sources.withUnsafeBufferPointer { reader.degrees($0, into: &part) }
            for row in 0..<counts.count { counts[row] += part[row] }
            if options.contains(.withoutLoops) {
                countLoops(sources, of: reader, times: -1, into: &counts)
            }
        }
        context.databaseHits += sources.count * readers.count
        return counts
    }

    /// Adds how many relationships lead from each source to itself.
    func countLoops(
        _ sources: ContiguousArray<NodeID>, into counts: inout ContiguousArray<Int64>
    ) {
        for (reader, _, options) in readers where !options.contains(.withoutLoops) {
            countLoops(sources, of: reader, times: 1, into: &counts)
        }
    }

    private func countLoops(
        _ sources: ContiguousArray<NodeID>, of reader: AdjacencyReader, times: Int64,
        into counts: inout ContiguousArray<Int64>
    ) {
        var position = ExpandPosition()
        var rows = ExpandedRows()
        sources.withUnsafeBufferPointer { sources in
            while position.source < sources.count {
                rows.removeAll()
                reader.expandInto(
                    sources, sources, from: &position, limit: Batch.defaultCapacity, into: &rows,
                    options: .withoutRelationships)
                for source in rows.sources { counts[Int(source)] += times }
            }
        }
        context.databaseHits += sources.count
    }

    /// With one list all sources are expanded in one call; with several, source by source.
    @inline(__always)
    private func advance(
        _ count: Int, from position: inout Position, limit: Int, into rows: inout ExpandedRows,
        _ expand: (
            AdjacencyReader, ExpandOptions, Range<Int>, inout ExpandPosition, Int,
            inout ExpandedRows
        ) -> Void
    ) {
        let rowsBefore = rows.sources.count
        let sourceBefore = position.source
        if readers.isEmpty {
            position.source = count
        } else if readers.count == 1 {
            let (reader, _, options) = readers[0]
            expand(reader, options, 0..<count, &position.inner, limit, &rows)
            position.source = position.inner.source
        } else {
            while position.source < count {
                let left = limit - (rows.sources.count - rowsBefore)
                if left <= 0 { break }
                let source = position.source
                let first = rows.sources.count
                let (reader, type, options) = readers[position.reader]
                expand(reader, options, source..<source + 1, &position.inner, left, &rows)
                for row in first..<rows.sources.count { rows.sources[row] = Int32(source) }
                if marksTypes, hasSeveralTypes {
                    rows.types.append(
                        contentsOf: repeatElement(type, count: rows.sources.count - first))
                }
                if position.inner.source == 0 { continue }
                position.inner = ExpandPosition()
                position.reader += 1
                if position.reader == readers.count {
                    position.reader = 0
                    position.source += 1
                }
            }
        }
        context.databaseHits +=
            rows.sources.count - rowsBefore + position.source - sourceBefore
    }
}
