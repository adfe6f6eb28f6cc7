public import GraphStore
import LinearAlgebra

/// What was kept from training, by the numbers of training: for each test user the test items.
///
/// Items that the user has in training are none. Test items that nobody has in training cannot be
/// recommended; they count as misses (``unknown``).
public struct HeldOut: Sendable {
    public let training: InteractionMatrix
    /// Test users, ascending.
    public let users: [NodeID]
    /// By test user: the row in training; nil for those without interactions there.
    public let rows: [Int?]
    /// Where a user's ``items`` and ``ratings`` begin, and an end.
    let offsets: [Int]
    let items: [Int32]
    let ratings: [Float]
    /// By test user: how many test items nobody has in training.
    let unknown: [Int]
    /// Their ratings, user after user.
    let unknownRatings: [Float]

    public init(training: InteractionMatrix, test: InteractionMatrix) {
        let columns = test.items.map { training.column(of: $0).map { Int32($0) } }
        var (users, rows): ([NodeID], [Int?]) = ([], [])
        var (offsets, items, ratings): ([Int], [Int32], [Float]) = ([0], [], [])
        var (unknown, unknownRatings): ([Int], [Float]) = ([], [])
        for (testRow, user) in test.users.enumerated() {
            let row = training.row(of: user)
            let seen = row.map { training.matrix.indices[training.matrix.range($0)] } ?? []
            let unknownBefore = unknownRatings.count
            var next = seen.startIndex
            for place in test.matrix.range(testRow) {
                let rating = test.matrix.values[place]
                guard let column = columns[Int(test.matrix.indices[place])] else {
                    unknownRatings.append(rating)
                    continue
                }
                // Both ascend: columns are in the order of node ids on either side.
                while next < seen.endIndex, seen[next] < column { next += 1 }
                if next < seen.endIndex, seen[next] == column { continue }
                items.append(column)
                ratings.append(rating)
            }
            let unknownCount = unknownRatings.count - unknownBefore
            if items.count == offsets[offsets.count - 1], unknownCount == 0 { continue }
            users.append(user)
            rows.append(row)
            offsets.append(items.count)
            unknown.append(unknownCount)
        }
        self.training = training
        self.users = users
        self.rows = rows
        self.offsets = offsets
        self.items = items
        self.ratings = ratings
        self.unknown = unknown
        self.unknownRatings = unknownRatings
    }

    func range(_ user: Int) -> Range<Int> { offsets[user]..<offsets[user + 1] }

    /// All test items of a user, known or not.
    public func relevantCount(_ user: Int) -> Int { range(user).count + unknown[user] }

    /// By binary search.
    func isRelevant(_ item: Int32, _ user: Int) -> Bool {
        var (low, high) = (offsets[user], offsets[user + 1])
        while low < high {
            let middle = (low + high) / 2
            if items[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low < offsets[user + 1] && items[low] == item
    }

    /// What training knows of a test user.
    public func history(_ user: Int) -> UserHistory {
        rows[user].map { training.history($0) } ?? UserHistory(row: nil, items: [], weights: [])
    }
}
