public import GraphStore

/// What decides who is near to whom.
public struct SimilarityOptions: Sendable {
    public var measure = SimilarityMeasure.cosine
    public var over = SimilarityScope.all
    /// Entries that two vectors must share at least.
    public var minCommon = 1
    /// λ: a similarity counts `n / (n + λ)` of itself, with n what both have in common: few entries
    /// in common say little (Bell and Koren, "Scalable Collaborative Filtering", ICDM 2007).
    public var shrinkage = 0.0

    public init() {}

    @inline(__always)
    func shrunk(_ similarity: Double, common: Double) -> Double {
        shrinkage == 0 ? similarity : similarity * common / (common + shrinkage)
    }
}

public struct Neighbour: Sendable {
    public let node: NodeID
    public let similarity: Double
    /// How many entries both have.
    public let common: Int
}

/// A score by node; ties in the order of node ids.
struct Ranked {
    static func precedes(_ a: (score: Double, node: UInt64), _ b: (score: Double, node: UInt64))
        -> Bool
    {
        a.score != b.score ? a.score > b.score : a.node < b.node
    }
}

/// A node that shares an entry with another, by its number.
struct Candidate {
    let number: Int32
    let similarity: Double
    let common: Int
}

extension Interactions {
    /// The `limit` nodes nearest to `node` among those that share a neighbour with it, most
    /// similar first. Exact: each is computed from the view as it is.
    ///
    /// Cost: the sum of the degrees of the node's neighbours, and for measures over whole vectors
    /// the degrees of all candidates besides.
    public func neighbours(of node: NodeID, _ options: SimilarityOptions, limit: Int) throws
        -> [Neighbour]
    {
        try nearest(to: node, options, limit: limit).map {
            Neighbour(
                node: users.index.nodes[Int($0.number)], similarity: $0.similarity,
                common: $0.common)
        }
    }

    /// The same by number.
    func nearest(to user: NodeID, _ options: SimilarityOptions, limit: Int) throws -> [Candidate] {
        try compare(users, by: options.measure)
        let vector = try vector(of: user, users)
        var sums = CommonSums(options.measure.commonSums(over: options.over))
        var found = try candidates(
            sharing: vector, of: Int32(users.number(of: user)), users, options, &sums)
        let nodes = users.index.nodes
        found.sort {
            Ranked.precedes(
                ($0.similarity, nodes[Int($0.number)]), ($1.similarity, nodes[Int($1.number)]))
        }
        return Array(found.prefix(limit))
    }

    /// All nodes on `side` that share an entry with one of them, in no particular order. `sums` is
    /// room to work in, empty before and after.
    func candidates(
        sharing vector: SparseVector, of number: Int32, _ side: Side,
        _ options: SimilarityOptions, _ sums: inout CommonSums
    ) throws -> [Candidate] {
        defer { sums.reset() }
        try withVectors(of: vector.entries, other(than: side)) { place, column, weights in
            sums.add(
                column, weights, weight: vector.weights[place], below: side.index.count)
        }
        let minimum = max(1, options.minCommon)
        let near = sums.touched.filter { $0 != number && sums.count($0) >= minimum }
        let needsWhole = options.measure.needsWholeVectors(over: options.over)
        if needsWhole { try readMoments(of: near, side) }
        let own = vector.moments
        let whole = side.moments
        return near.map { other in
            let common = sums.moments(Int(other))
            let similarity = options.measure.similarity(
                common, left: own, right: needsWhole ? whole[Int(other)] : common.right,
                over: options.over)
            return Candidate(
                number: other, similarity: options.shrunk(similarity, common: common.count),
                common: sums.count(other))
        }
    }
}
