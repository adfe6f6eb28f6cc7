public import GraphStore

/// A second look at a list: diversity, caps and rules of the business.
///
/// Greedy: of what is left, the item goes next whose
/// `λ · relevance - (1 - λ) · (greatest similarity to what was taken)` is largest: maximal marginal
/// relevance (Carbonell and Goldstein, SIGIR 1998), with `1 - λ` called diversity here. Relevance is
/// the score brought to 0 … 1.
public struct Reranking {
    public struct Item {
        public let node: NodeID
        public var score: Double
        /// Groups that the caps count, such as the item's categories.
        public var groups: [UInt64] = []
        public var isPinned = false
        public var isBuried = false

        public init(node: NodeID, score: Double) {
            self.node = node
            self.score = score
        }
    }

    public struct Placed {
        public let item: Item
        /// What decided: the score, less what it is like the earlier ones.
        public let value: Double
        public let greatestSimilarity: Double
    }

    public var k = 10
    /// From 0 (scores only) to 1.
    public var diversity = 0.0
    /// Items of one group at most.
    public var perGroup = Int.max
    /// Of two items, from 0 to 1; asked only with diversity.
    public var similarity: (NodeID, NodeID) throws -> Double = { _, _ in 0 }

    /// Candidates beyond are too many to compare with each other.
    public static let candidateLimit = 10_000

    public init() {}

    /// Pinned items first, in the order of their scores, buried ones last. Where a group is full
    /// its other items are left out.
    ///
    /// Cost: without diversity that of sorting, else `k` similarities for each candidate.
    public func apply(_ items: [Item]) throws -> [Placed] {
        let scores = items.map(\.score)
        let (least, greatest) = (scores.min() ?? 0, scores.max() ?? 0)
        func relevance(_ item: Item) -> Double {
            greatest > least ? (item.score - least) / (greatest - least) : 1
        }
        var placed: [Placed] = []
        var counts: [UInt64: Int] = [:]
        var nearest: [NodeID: Double] = [:]
        let tiers: [(Item) -> Bool] = [
            { $0.isPinned && !$0.isBuried }, { !$0.isPinned && !$0.isBuried }, { $0.isBuried },
        ]
        for tier in tiers {
            var left = items.filter(tier).sorted {
                Ranked.precedes(($0.score, $0.node), ($1.score, $1.node))
            }
            while placed.count < k, !left.isEmpty {
                var best: (place: Int, value: Double)?
                for (place, item) in left.enumerated() {
                    if item.groups.contains(where: { counts[$0, default: 0] >= perGroup }) {
                        continue
                    }
                    let value =
                        (1 - diversity) * relevance(item)
                        - diversity * nearest[item.node, default: 0]
                    if best == nil || value > best!.value { best = (place, value) }
                    // Sorted: without diversity the first that fits is the best.
                    if diversity == 0 { break }
                }
                guard let best else { break }
                let item = left.remove(at: best.place)
                for group in item.groups { counts[group, default: 0] += 1 }
                placed.append(
                    Placed(
                        item: item, value: best.value,
                        greatestSimilarity: nearest[item.node, default: 0]))
                guard diversity > 0 else { continue }
                for other in items where other.node != item.node {
                    nearest[other.node] = max(
                        nearest[other.node, default: 0], try similarity(other.node, item.node))
                }
            }
        }
        return placed
    }
}
