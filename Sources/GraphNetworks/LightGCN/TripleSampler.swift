internal import LinearAlgebra

/// A user, an item that they have, and one that they are to like less.
struct Triple {
    let user: Int32
    let item: Int32
    let other: Int32
}

/// Draws the triples of an epoch: each interaction once, in random order, in batches.
struct TripleSampler {
    /// Draws after which an item that the user has stands as a negative: the user may have all.
    private static let maximumDraws = 64

    private let interactions: SparseMatrix
    private let users: ContiguousArray<Int32>
    private let negatives: NegativeSampling
    private let perInteraction: Int
    private var random: RandomSource

    init(_ interactions: SparseMatrix, _ options: LightGCNOptions, seed: UInt64) {
        self.interactions = interactions
        var users = ContiguousArray<Int32>()
        users.reserveCapacity(interactions.count)
        for user in 0..<interactions.rows {
            for _ in interactions.range(user) { users.append(Int32(user)) }
        }
        self.users = users
        negatives = options.negatives
        perInteraction = options.negativesPerInteraction
        random = RandomSource(seed: seed)
    }

    /// The order of an epoch: places of interactions.
    mutating func order() -> [Int32] { random.permutation(interactions.count) }

    /// The triples of the interactions at `places`, into `batch`.
    mutating func draw(_ places: ArraySlice<Int32>, into batch: inout [Triple]) {
        batch.removeAll(keepingCapacity: true)
        for place in places {
            let user = users[Int(place)]
            let item = interactions.indices[Int(place)]
            for _ in 0..<perInteraction {
                batch.append(Triple(user: user, item: item, other: negative(of: user, places)))
            }
        }
    }

    private mutating func negative(of user: Int32, _ batch: ArraySlice<Int32>) -> Int32 {
        var candidate: Int32 = 0
        for _ in 0..<Self.maximumDraws {
            switch negatives {
            case .uniform: candidate = Int32(random.next(below: interactions.columns))
            case .popularity:
                candidate = interactions.indices[random.next(below: interactions.count)]
            case .inBatch:
                let place = batch[batch.startIndex + random.next(below: batch.count)]
                candidate = interactions.indices[Int(place)]
            }
            if !interactions.contains(Int(user), candidate) { break }
        }
        return candidate
    }
}

extension SparseMatrix {
    /// Whether there is an entry. Cost: logarithmic in the row's entries.
    func contains(_ row: Int, _ column: Int32) -> Bool {
        var low = offsets[row]
        var high = offsets[row + 1]
        while low < high {
            let middle = (low + high) / 2
            let found = indices[middle]
            if found == column { return true }
            if found < column { low = middle + 1 } else { high = middle }
        }
        return false
    }
}
