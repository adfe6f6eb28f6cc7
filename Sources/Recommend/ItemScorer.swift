import GraphStore

/// Who has the items of one user: for each such owner, which of them, and with what weight.
struct OwnItemOwners {
    /// Numbered by the item's place in the user's own vector.
    typealias Entry = CommonSums.Entry

    /// Owner i, by number, has `entries[starts[i] ..< starts[i + 1]]`.
    private(set) var starts: ContiguousArray<Int32> = [0]
    private(set) var entries: ContiguousArray<Entry> = []
    /// Over the whole vectors of the user's items.
    private(set) var moments: [Moments] = []
    /// `Σ_j w(v, j) · w(u, j) / |j|` by owner.
    private(set) var shares: ContiguousArray<Double> = []

    /// Numbers of owners are those of `interactions.users`.
    var count: Int { starts.count - 1 }

    init(of own: SparseVector, _ interactions: Interactions) throws {
        var found: ContiguousArray<(owner: Int32, entry: Entry)> = []
        try interactions.withVectors(of: own.entries, interactions.items) {
            place, owners, weights in
            var sums = Moments()
            for (owner, weight) in zip(owners, weights) {
                sums.add(weight)
                found.append((owner, Entry(number: Int32(place), weight: weight)))
            }
            moments.append(sums)
        }
        sort(found, owners: interactions.users.index.count)
        shares.reserveCapacity(count)
        for owner in 0..<count {
            var share = 0.0
            for entry in entries[Int(starts[owner])..<Int(starts[owner + 1])] {
                let place = Int(entry.number)
                share += entry.weight * own.weights[place] / moments[place].squares.squareRoot()
            }
            shares.append(share)
        }
    }

    /// A counting sort by owner; of each the places ascend.
    private mutating func sort(
        _ found: ContiguousArray<(owner: Int32, entry: Entry)>, owners: Int
    ) {
        starts = ContiguousArray(repeating: 0, count: owners + 1)
        for (owner, _) in found { starts[Int(owner) + 1] += 1 }
        for owner in 0..<owners { starts[owner + 1] += starts[owner] }
        var next = starts
        entries = ContiguousArray(repeating: Entry(number: 0, weight: 0), count: found.count)
        for (owner, entry) in found {
            entries[Int(next[Int(owner)])] = entry
            next[Int(owner)] += 1
        }
    }
}

/// Scores one candidate after another by its similarity to the user's own items.
struct ItemScorer {
    private let options: RecommendationOptions
    private let own: SparseVector
    private let owners: OwnItemOwners
    private let interactions: Interactions
    private let detail: CommonSums.Detail
    /// Of the user's items, by place.
    private let norms: [Double]
    private var sums: CommonSums
    /// Of the last candidate that was scored.
    private var votes: [Vote] = []

    init(
        _ options: RecommendationOptions, _ own: SparseVector, _ owners: OwnItemOwners,
        _ interactions: Interactions
    ) {
        self.options = options
        self.own = own
        self.owners = owners
        self.interactions = interactions
        norms = owners.moments.map { $0.squares.squareRoot() }
        detail = options.similarity.measure.commonSums(over: options.similarity.over)
        sums = CommonSums(detail, count: own.entries.count)
    }

    /// The score of the item with this list of owners, ascending, and their weights or 1; nil
    /// where none of the user's items has enough in common with it.
    mutating func score(
        _ item: Int32, _ list: UnsafeBufferPointer<NodeID>,
        _ weights: UnsafeBufferPointer<Double>?
    ) -> Double? {
        sums.reset()
        var whole = Moments()
        var place = 0
        while place < list.count {
            // Parallel relationships are one entry.
            let node = list[place]
            var weight = 0.0
            while place < list.count, list[place] == node {
                weight += weights?[place] ?? 1
                place += 1
            }
            whole.add(weight)
            if let owner = interactions.users.index.find(node), owner < owners.count {
                add(owner, weight)
            }
        }
        return countVotes(for: item, whole)
    }

    @inline(__always)
    private mutating func add(_ owner: Int, _ weight: Double) {
        let range = Int(owners.starts[owner])..<Int(owners.starts[owner + 1])
        owners.entries.withUnsafeBufferPointer {
            sums.add(UnsafeBufferPointer(rebasing: $0[range]), weight: weight)
        }
    }

    private mutating func countVotes(for item: Int32, _ whole: Moments) -> Double? {
        votes.removeAll(keepingCapacity: true)
        if options.similarity.isPlainCosine {
            appendCosines(to: item, whole)
        } else {
            appendVotes(for: item, whole)
        }
        if votes.isEmpty { return nil }
        if votes.count > options.neighbours { keepNearest() }
        return votes.reduce(0) { $0 + $1.contribution }
    }

    private mutating func appendVotes(for item: Int32, _ whole: Moments) {
        let similarity = options.similarity
        let minimum = max(1, similarity.minCommon)
        for touched in sums.touched where own.entries[Int(touched)] != item {
            let place = Int(touched)
            let common = sums.moments(place)
            guard common.count >= Double(minimum) else { continue }
            let raw = similarity.measure.similarity(
                common, left: owners.moments[place],
                right: similarity.measure.needsWholeVectors(over: similarity.over)
                    ? whole : common.right,
                over: similarity.over)
            let value = similarity.shrunk(raw, common: common.count)
            append(value, place)
        }
    }

    /// The same where no more than a division is needed: most of the work for users with much.
    private mutating func appendCosines(to item: Int32, _ whole: Moments) {
        let norm = whole.squares.squareRoot()
        for place in sums.touched where own.entries[Int(place)] != item {
            let cosine = sums.product(place) / (norms[Int(place)] * norm)
            append(
                options.similarity.shrunk(
                    cosine.isFinite ? cosine : 0, common: Double(sums.count(place))), Int(place))
        }
    }

    @inline(__always)
    private mutating func append(_ similarity: Double, _ place: Int) {
        let weight = own.weights[place]
        votes.append(
            Vote(
                voter: own.entries[place], similarity: similarity, weight: weight,
                contribution: similarity * weight))
    }

    private mutating func keepNearest() {
        let nodes = interactions.items.index.nodes
        let kept = options.neighbours
        votes.withUnsafeMutableBufferPointer { votes in
            votes.select(kept) { a, b in
                a.similarity != b.similarity
                    ? a.similarity > b.similarity : nodes[Int(a.voter)] < nodes[Int(b.voter)]
            }
        }
        votes.removeLast(votes.count - kept)
    }

    /// Why the last candidate was scored as it was.
    var reasons: [Recommendation.Reason] {
        votes.map { $0.reason(interactions.items.index) }
    }
}
