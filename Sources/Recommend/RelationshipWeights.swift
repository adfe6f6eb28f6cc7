import GraphStore
import Values

/// One property of relationships as numbers, by relationship id.
///
/// Ids that lie close together are read as one range, record after record, and kept: about 30 ns
/// each instead of a search in the tree, and the next list finds them in memory.
struct RelationshipWeights {
    private let view: GraphView
    private let key: KeyID
    private var base: RelationshipID = 0
    private var range: ContiguousArray<Double> = []

    /// A range is read where at least every so many of its ids are asked for.
    private static let sparsest = 16
    /// About 200 MB.
    private static let maximumRange: UInt64 = 25_000_000
    /// Fewer ids are not worth sorting.
    private static let fewIDs = 256
    private static let blockIDs: UInt64 = 2048

    init(_ view: GraphView, _ key: KeyID) {
        self.view = view
        self.key = key
    }

    /// The weight of each relationship: 1 where the property is no finite number.
    mutating func values(of ids: ContiguousArray<RelationshipID>) -> ContiguousArray<Double> {
        guard let least = ids.min(), let greatest = ids.max() else { return [] }
        if !covers(least, greatest) {
            let span = greatest - least + 1
            guard span <= UInt64(ids.count * Self.sparsest), span <= Self.maximumRange else {
                return ids.count < Self.fewIDs ? read(ids) : readSorted(ids)
            }
            load(least, span)
        }
        var values = ContiguousArray<Double>()
        values.reserveCapacity(ids.count)
        for id in ids { values.append(range[Int(id - base)]) }
        return values
    }

    private func covers(_ least: RelationshipID, _ greatest: RelationshipID) -> Bool {
        least >= base && greatest - base < UInt64(range.count)
    }

    private mutating func load(_ first: RelationshipID, _ count: UInt64) {
        base = first
        range.removeAll(keepingCapacity: true)
        range.reserveCapacity(Int(count))
        var begin = first
        while begin < first + count {
            let end = min(begin + Self.blockIDs, first + count)
            range += read(ContiguousArray(begin..<end))
            begin = end
        }
    }

    private func readSorted(_ ids: ContiguousArray<RelationshipID>) -> ContiguousArray<Double> {
        let order = ids.indices.sorted { ids[$0] < ids[$1] }
        let sorted = read(ContiguousArray(order.map { ids[$0] }))
        var values = ContiguousArray<Double>(repeating: 0, count: ids.count)
        for (place, value) in zip(order, sorted) { values[place] = value }
        return values
    }

    private func read(_ ids: ContiguousArray<RelationshipID>) -> ContiguousArray<Double> {
        ids.withUnsafeBufferPointer { view.numbers(key, of: .relationship, $0, default: 1) }
    }
}
