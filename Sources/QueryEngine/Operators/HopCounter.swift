import Cypher
import GraphStore
import Values

/// Counts, for columns of nodes, the relationships that one hop of a pattern can take from each.
///
/// Where the far ends' labels are implied by the types, or none is asked for, that is the degree;
/// else the neighbours are walked and tested, without rows being made of them.
final class HopCounter {
    private let hop: CountExpand.Hop
    private let context: QueryContext
    private let adjacency: Adjacency
    private var neighbours = ExpandedRows()

    init(_ hop: CountExpand.Hop, context: QueryContext) {
        self.hop = hop
        self.context = context
        adjacency = Adjacency(
            types: hop.types, direction: hop.direction, options: .withoutRelationships,
            context: context)
    }

    /// Labels that have to be tested, going by what the execution reads now; nil where there is no
    /// such label at all, and so no far end.
    private func openLabels() -> [LabelID]? {
        let implied = ImpliedLabels(view: context.view)
        var open: [LabelID] = []
        for name in hop.labels {
            guard let label = context.view.label(name) else { return nil }
            // A statement that writes may change what the counts say while it runs.
            let isImplied =
                context.writer == nil && implied.reach(label, hop.types, hop.direction)
            if !isImplied { open.append(label) }
        }
        return open
    }

    /// Whether the hop can end at whatever its types lead to.
    var fitsAll: Bool { openLabels()?.isEmpty ?? false }

    /// The count of each source; 0 for null.
    func counts(_ sources: ContiguousArray<NodeID>) throws -> ContiguousArray<Int64> {
        guard let labels = openLabels() else {
            return ContiguousArray(repeating: 0, count: sources.count)
        }
        adjacency.refresh()
        let (distinct, places) = Self.withoutRepeats(sources)
        let counts = labels.isEmpty ? adjacency.degrees(distinct) : try walk(distinct, labels)
        return distinct.count == sources.count ? counts : counts.elements(at: places)
    }

    /// The sources without repeats beside each other (rows of one source mostly come together), and
    /// the place of each source among them.
    private static func withoutRepeats(_ sources: ContiguousArray<NodeID>)
        -> (distinct: ContiguousArray<NodeID>, places: ContiguousArray<Int32>)
    {
        var places = ContiguousArray<Int32>(repeating: 0, count: sources.count)
        let distinct = ContiguousArray<NodeID>(unsafeUninitializedCapacity: sources.count) {
            output, count in
            sources.withUnsafeBufferPointer { sources in
                places.withUnsafeMutableBufferPointer { places in
                    for row in 0..<sources.count {
                        // Written anyway, and kept where it is new: no branch to predict.
                        output[count] = sources[row]
                        count &+= row == 0 || sources[row] != sources[row &- 1] ? 1 : 0
                        places[row] = Int32(truncatingIfNeeded: count &- 1)
                    }
                }
            }
        }
        return (distinct, places)
    }

    private func walk(_ sources: ContiguousArray<NodeID>, _ labels: [LabelID]) throws
        -> ContiguousArray<Int64>
    {
        var counts = ContiguousArray<Int64>(repeating: 0, count: sources.count)
        var position = Adjacency.Position()
        while position.source < sources.count {
            try context.checkpoint()
            neighbours.removeAll()
            sources.withUnsafeBufferPointer {
                adjacency.expand(
                    $0, from: &position, limit: Batch.defaultCapacity, into: &neighbours)
            }
            let fits = self.fits(neighbours.neighbours, labels)
            for (row, source) in neighbours.sources.enumerated() {
                counts[Int(source)] += Int64(fits[row])
            }
        }
        return counts
    }

    /// 1 for each node that can be the hop's far end, going by its labels.
    func fits(_ nodes: ContiguousArray<NodeID>) -> ContiguousArray<UInt8> {
        guard let labels = openLabels() else {
            return ContiguousArray(repeating: 0, count: nodes.count)
        }
        return fits(nodes, labels)
    }

    private func fits(_ nodes: ContiguousArray<NodeID>, _ labels: [LabelID])
        -> ContiguousArray<UInt8>
    {
        var result = ContiguousArray<UInt8>(repeating: 1, count: nodes.count)
        for label in labels {
            var flags = ContiguousArray<UInt8>()
            nodes.withUnsafeBufferPointer {
                context.view.testLabel(label, of: $0, into: &flags)
            }
            context.databaseHits += nodes.count
            for row in 0..<nodes.count { result[row] &= flags[row] }
        }
        return result
    }

    /// The loops at each source that the hop can take.
    func loops(_ sources: ContiguousArray<NodeID>) -> ContiguousArray<Int64> {
        var counts = ContiguousArray<Int64>(repeating: 0, count: sources.count)
        adjacency.refresh()
        adjacency.countLoops(sources, into: &counts)
        let fits = self.fits(sources)
        for row in 0..<counts.count { counts[row] *= Int64(fits[row]) }
        return counts
    }
}
