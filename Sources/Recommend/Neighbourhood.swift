public import GraphStore

/// What decides who is near to whom.
public struct SimilarityOptions: Sendable {
    public var measure = SimilarityMeasure.cosine
    public var over = SimilarityScope.all
    /// Entries that two vectors must share at least.
    public var minCommon = 1

    public init() {}
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

extension Interactions {
    /// The `limit` nodes nearest to `node` among those that share a neighbour with it, most
    /// similar first. Exact: each is computed from the view as it is.
    ///
    /// Cost: the sum of the degrees of the node's neighbours, and for measures over whole vectors
    /// the degrees of all candidates besides.
    public func neighbours(of node: NodeID, _ options: SimilarityOptions, limit: Int) throws
        -> [Neighbour]
    {
        let vector = try self.vector(of: node)
        return try nearest(
            to: vector, except: node, options, limit: limit,
            across: { try self.reverseVector(of: $0) }, whole: { try self.vector(of: $0) })
    }

    /// The same on the other side: items near to an item.
    func reverseNeighbours(of node: NodeID, _ options: SimilarityOptions, limit: Int) throws
        -> [Neighbour]
    {
        let vector = try reverseVector(of: node)
        return try nearest(
            to: vector, except: node, options, limit: limit,
            across: { try self.vector(of: $0) }, whole: { try self.reverseVector(of: $0) })
    }

    private func nearest(
        to vector: SparseVector, except node: NodeID, _ options: SimilarityOptions, limit: Int,
        across: (NodeID) throws -> SparseVector, whole: (NodeID) throws -> SparseVector
    ) throws -> [Neighbour] {
        var candidates = NodeIndex()
        var sums: ContiguousArray<CommonMoments> = []
        for (entry, weight) in zip(vector.nodes, vector.weights) {
            let column = try across(entry)
            for (other, otherWeight) in zip(column.nodes, column.weights) {
                let number = candidates.insert(other)
                if number == sums.count { sums.append(CommonMoments()) }
                sums[number].count += 1
                sums[number].dot += weight * otherWeight
                sums[number].left.add(weight)
                sums[number].right.add(otherWeight)
            }
        }
        let own = Moments(vector)
        let needsWhole = options.measure.needsWholeVectors(over: options.over)
        let minimum = Double(max(1, options.minCommon))
        var found: [Neighbour] = []
        for (number, other) in candidates.nodes.enumerated() {
            guard other != node, sums[number].count >= minimum else { continue }
            let theirs = needsWhole ? Moments(try whole(other)) : sums[number].right
            let similarity = options.measure.similarity(
                sums[number], left: own, right: theirs, over: options.over)
            found.append(
                Neighbour(
                    node: other, similarity: similarity, common: Int(sums[number].count)))
        }
        found.sort { Ranked.precedes(($0.similarity, $0.node), ($1.similarity, $1.node)) }
        return Array(found.prefix(limit))
    }
}

extension Moments {
    mutating func add(_ weight: Double) {
        count += 1
        sum += weight
        squares += weight * weight
    }
}
