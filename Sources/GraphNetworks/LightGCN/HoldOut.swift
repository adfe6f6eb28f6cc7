internal import LinearAlgebra

/// Interactions split into those to learn from and those to measure with.
struct HoldOut {
    /// Enough to tell a better epoch from a worse one.
    private static let maximumUsers = 10_000
    /// Rows of scores at once.
    private static let usersAtOnce = 128

    let training: SparseMatrix
    let held: SparseMatrix

    /// Of each user's n interactions ⌊share · n⌋ are held out, drawn at random.
    init(_ interactions: SparseMatrix, share: Double, seed: UInt64) {
        precondition(share >= 0 && share < 1)
        var random = RandomSource(seed: seed)
        var isHeld = [Bool](repeating: false, count: interactions.count)
        for user in 0..<interactions.rows {
            let range = interactions.range(user)
            let count = Int(share * Double(range.count))
            for place in random.permutation(range.count).prefix(count) {
                isHeld[range.lowerBound + Int(place)] = true
            }
        }
        training = interactions.filtered { !isHeld[$0] }
        held = interactions.filtered { isHeld[$0] }
    }

    /// The mean recall at `cutoff` over the users with something held out, or over the first so many
    /// of them: the share of what was held out among the best items that were not learnt from.
    func recall(_ embeddings: Embeddings, cutoff: Int) -> Double {
        let users = (0..<held.rows).filter { !held.range($0).isEmpty }.prefix(Self.maximumUsers)
        guard !users.isEmpty else { return 0 }
        let items = embeddings.items
        let width = items.columns
        var total = 0.0
        for first in stride(from: 0, to: users.count, by: Self.usersAtOnce) {
            let block = Array(users[first..<min(first + Self.usersAtOnce, users.count)])
            let rows = Matrix(rows: block.count, columns: width)
            for (place, user) in block.enumerated() {
                rows.row(place).update(from: embeddings.users.row(user), count: width)
            }
            let scores = rows.times(items, transposeOther: true)
            let hits = Matrix(rows: block.count, columns: 1)
            Parallel.forEachRange(block.count, atLeast: 8) { range in
                for place in range {
                    let user = block[place]
                    let row = scores.row(place)
                    for seen in training.range(user) {
                        row[Int(training.indices[seen])] = -.infinity
                    }
                    let best = BestPlaces.of(row, count: items.rows, keeping: cutoff)
                    let found = best.count { held.contains(user, $0) }
                    hits[place, 0] = Float(found) / Float(held.range(user).count)
                }
            }
            total += hits.buffer.reduce(0) { $0 + Double($1) }
        }
        return total / Double(users.count)
    }
}

extension SparseMatrix {
    /// The entries at the places that are asked for.
    fileprivate func filtered(_ isIncluded: (_ place: Int) -> Bool) -> SparseMatrix {
        var offsets: ContiguousArray<Int> = [0]
        offsets.reserveCapacity(rows + 1)
        var kept: ContiguousArray<Int32> = []
        var keptValues: ContiguousArray<Float> = []
        for row in 0..<rows {
            for place in range(row) where isIncluded(place) {
                kept.append(indices[place])
                keptValues.append(values[place])
            }
            offsets.append(kept.count)
        }
        return SparseMatrix(
            rows: rows, columns: columns, offsets: offsets, indices: kept, values: keptValues)
    }
}

/// The places of the largest elements of a row.
enum BestPlaces {
    /// Best first; of equal ones the first. Elements of -∞ are left out.
    ///
    /// Cost: a comparison each, and `keeping` moves for the few that get in.
    static func of(_ row: UnsafePointer<Float>, count: Int, keeping: Int) -> [Int32] {
        guard keeping > 0 else { return [] }
        var best: [(score: Float, place: Int32)] = []
        best.reserveCapacity(keeping + 1)
        var least = -Float.infinity
        for place in 0..<count where row[place] > least {
            let score = row[place]
            let position = best.partitioningIndex { $0.score < score }
            best.insert((score, Int32(place)), at: position)
            if best.count > keeping { best.removeLast() }
            if best.count == keeping { least = best[keeping - 1].score }
        }
        return best.map(\.place)
    }
}

extension Array {
    /// The first place whose element belongs to the second part, where those of the first come first.
    fileprivate func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
