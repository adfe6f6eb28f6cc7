import GraphStore
import LinearAlgebra

/// Users and items by number, and what it takes to weigh and compare the vectors of items, as of one
/// moment.
struct ItemStatistics: Sendable {
    private(set) var users: NodeNumbers
    private(set) var items: NodeNumbers
    private(set) var weights: SimilarityWeights
    /// By item: see ``SimilarityWeights``.
    private(set) var factors: ContiguousArray<Float>
    private(set) var sizes: ContiguousArray<Float>
    /// By item: how many users it has.
    private(set) var lengths: ContiguousArray<Int32>
    /// Items that somebody has, and entries of all of them.
    private var itemCount: Int
    private(set) var entryCount: Int

    /// How far the number of items and their mean length may move, as a share, before all is
    /// computed anew: they are in every similarity by TF-IDF or BM25, which follow them by less.
    static let tolerance: Float = 1e-3

    /// `known`: items that keep the numbers of their places.
    init(
        _ interactions: InteractionMatrix, _ measure: RowSimilarity, shrinkage: Float,
        numbering known: [NodeID]
    ) {
        let matrix = interactions.matrix.transposed()
        weights = SimilarityWeights(measure, shrinkage: shrinkage, of: matrix)
        users = NodeNumbers(interactions.users)
        var numbered = NodeNumbers(known)
        let numbers = interactions.items.map { Int(numbered.insert($0)) }
        items = numbered
        let weightedSizes = weights.sizes(weights.weighted(matrix))
        factors = ContiguousArray(repeating: 0, count: numbered.count)
        sizes = factors
        lengths = ContiguousArray(repeating: 0, count: numbered.count)
        itemCount = numbers.count
        entryCount = matrix.count
        for (row, number) in numbers.enumerated() {
            matrix.withRow(row) { _, values in
                factors[number] = weights.rowFactor(
                    count: values.count, sum: values.reduce(0, +))
                lengths[number] = Int32(values.count)
            }
            sizes[number] = weightedSizes[row]
        }
    }

    /// Whether the number of items or their mean length has moved too far from that which the
    /// weights were made with.
    var isOutdated: Bool {
        guard weights.measure.weighsRows else { return false }
        let mean = Float(entryCount) / Float(max(1, itemCount))
        return moved(Float(itemCount), from: Float(weights.rowCount))
            || weights.measure == .bm25 && moved(mean, from: weights.meanLength)
    }

    /// Whether a fit to so many items said something else.
    func isOutdated(fittedTo items: Int) -> Bool {
        weights.measure.weighsRows && moved(Float(itemCount), from: Float(items))
    }

    private func moved(_ value: Float, from old: Float) -> Bool {
        abs(value - old) > Self.tolerance * old
    }

    // MARK: Changes

    /// Takes in that users and items have changed, and returns all items whose vectors are weighed
    /// otherwise now: where a user's other entries count for something else, those too.
    mutating func update(users: Set<NodeID>, items: Set<NodeID>, _ reader: VectorReader)
        -> (items: [Int32], users: [Int32])
    {
        var items = items
        var vector = VectorReader.Vector()
        var userNumbers: [Int32] = []
        for user in users {
            let number = self.users.insert(user)
            userNumbers.append(number)
            guard weights.measure.weighsColumns else { continue }
            reader.read(user, reader.ofUsers, into: &vector)
            weights.setColumn(Int(number), count: vector.count, sum: vector.sum)
            items.formUnion(vector.nodes)
        }
        let itemNumbers = items.map { self.items.insert($0) }
        while sizes.count < self.items.count {
            sizes.append(0)
            factors.append(0)
            lengths.append(0)
        }
        for item in itemNumbers {
            reader.read(self.items[item], reader.ofItems, into: &vector)
            set(Int(item), vector)
        }
        return (itemNumbers, userNumbers)
    }

    /// The same for a view of an earlier moment, by what has changed since. Returns the items.
    mutating func update(_ newer: (items: [Int32], users: [Int32]), _ reader: VectorReader)
        -> [Int32]
    {
        update(
            users: Set(newer.users.map { users[$0] }), items: Set(newer.items.map { items[$0] }),
            reader
        ).items
    }

    private mutating func set(_ item: Int, _ vector: VectorReader.Vector) {
        entryCount += vector.count - Int(lengths[item])
        itemCount += (vector.count > 0 ? 1 : 0) - (lengths[item] > 0 ? 1 : 0)
        lengths[item] = Int32(vector.count)
        factors[item] = weights.rowFactor(count: vector.count, sum: vector.sum)
        sizes[item] = weights.size(
            zip(vector.nodes, vector.weights).map { user, weight in
                entry(weight, of: Int32(item), column(user))
            })
    }

    // MARK: Entries

    /// What weighing an entry of the user takes.
    @inline(__always)
    func column(_ user: NodeID) -> Float {
        guard weights.measure.weighsColumns, let number = users.find(user) else { return 1 }
        return weights.columnFactor(Int(number))
    }
}
