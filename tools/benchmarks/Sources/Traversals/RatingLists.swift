import ArgumentParser
import Starling
import Values

/// Who has rated what, as compressed rows: the neighbours of one node after those of another, and
/// where each node's begin. Nodes are numbered from 0, users and items apart.
struct RatingLists {
    private struct Rows {
        var offsets: [Int]
        var neighbours: [Int32]

        /// From pairs of numbers, the first below `count`.
        init(_ pairs: [(Int32, Int32)], count: Int) {
            offsets = Array(repeating: 0, count: count + 1)
            for (from, _) in pairs { offsets[Int(from) + 1] += 1 }
            for place in 0..<count { offsets[place + 1] += offsets[place] }
            neighbours = Array(repeating: 0, count: pairs.count)
            var next = offsets
            for (from, to) in pairs {
                neighbours[next[Int(from)]] = to
                next[Int(from)] += 1
            }
        }

        func degree(_ node: Int) -> Int { offsets[node + 1] - offsets[node] }

        @inline(__always)
        func forEach(_ node: Int, _ body: (Int) -> Void) {
            for place in offsets[node]..<offsets[node + 1] { body(Int(neighbours[place])) }
        }
    }

    private let ids: [Int]
    private let numbers: [Int: Int]
    private let items: Rows
    private let raters: Rows

    init(_ session: Session) throws {
        var users: [Int: Int32] = [:]
        var items: [Int: Int32] = [:]
        var ids: [Int] = []
        var pairs: [(Int32, Int32)] = []
        let rows = try session.run("MATCH (u:User)-[:RATED]->(i) RETURN id(u), id(i)").rows()
        for row in rows {
            guard case .integer(let user) = row[0], case .integer(let item) = row[1] else {
                continue
            }
            if users[Int(user)] == nil {
                users[Int(user)] = Int32(users.count)
                ids.append(Int(user))
            }
            if items[Int(item)] == nil { items[Int(item)] = Int32(items.count) }
            pairs.append((users[Int(user)] ?? 0, items[Int(item)] ?? 0))
        }
        guard !pairs.isEmpty else {
            throw ValidationError("The database has no (:User)-[:RATED]->().")
        }
        self.ids = ids
        numbers = users.mapValues { Int($0) }
        self.items = Rows(pairs, count: users.count)
        raters = Rows(pairs.map { ($0.1, $0.0) }, count: items.count)
    }

    /// The ids of so many users, far from each other.
    func users(_ count: Int) -> [Int?] {
        stride(from: 0, to: ids.count, by: max(1, ids.count / count)).prefix(count).map { ids[$0] }
    }

    /// Pairs of ratings of one item.
    func countOfTwoHops() -> Int {
        var count = 0
        for user in ids.indices { items.forEach(user) { count += raters.degree($0) - 1 } }
        return count
    }

    /// By user, how many paths end there.
    func twoHopsByEnd() -> [Int] {
        ids.indices.compactMap { user in
            var count = 0
            items.forEach(user) { count += raters.degree($0) - 1 }
            return count > 0 ? count : nil
        }
    }

    /// By user, how many paths from one user end there.
    func twoHopsByEnd(from id: Int) -> [Int] {
        peers(of: id).filter { $0 > 0 }
    }

    /// By item, how many paths of three ratings from one user end there; no rating is on a path
    /// twice.
    func threeHopsByEnd(from id: Int) -> [Int] {
        let paths = peers(of: id)
        var counts = [Int](repeating: 0, count: raters.offsets.count - 1)
        for user in paths.indices where paths[user] > 0 {
            items.forEach(user) { counts[$0] += paths[user] }
        }
        // A path over an item does not go back by the rating that it came by.
        let own = numbers[id] ?? 0
        items.forEach(own) { item in
            raters.forEach(item) { counts[item] -= $0 == own ? 0 : 1 }
        }
        return counts.filter { $0 > 0 }
    }

    /// Paths of two ratings from one user, by the user at their end. A user who has rated an item
    /// once does not come back to themself.
    private func peers(of id: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: ids.count)
        guard let own = numbers[id] else { return counts }
        items.forEach(own) { item in raters.forEach(item) { counts[$0] += 1 } }
        counts[own] = 0
        return counts
    }
}
