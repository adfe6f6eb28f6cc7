public import GraphStore

/// How lists of candidates become one.
public enum Fusion: String, Sendable, CaseIterable {
    /// `Σ weight · (score - least) / (greatest - least)`, each list's scores brought to 0 … 1
    case weighted
    /// Reciprocal rank fusion: `Σ weight / (60 + place)` (Cormack, Clarke and Büttcher, SIGIR 2009)
    case rrf
    /// The sum of the weights of the sources that have the item; ties by ``rrf``
    case voting
    /// The first source's list; the next ones' where it ends too early: for users and items that
    /// the first knows too little of
    case switching
}

/// What one source proposes.
public struct CandidateList: Sendable {
    public let source: String
    public let weight: Double
    /// The best first.
    public let items: [(node: NodeID, score: Double)]

    public init(source: String, weight: Double, items: [(node: NodeID, score: Double)]) {
        self.source = source
        self.weight = weight
        self.items = items
    }
}

public struct FusedItem: Sendable {
    /// What a source added.
    public struct Part: Sendable {
        /// Place of the list among those that were fused.
        public let list: Int
        /// From 1, in the source's list.
        public let place: Int
        public let score: Double
        public let contribution: Double
    }

    public let node: NodeID
    public var score: Double
    public let parts: [Part]
}

extension Fusion {
    /// Items of all lists, the best first; ties by node id. Cost: the lists' lengths.
    public func fuse(_ lists: [CandidateList], rankConstant: Double = 60) -> [FusedItem] {
        var order: [NodeID] = []
        var parts: [NodeID: [FusedItem.Part]] = [:]
        for (number, list) in lists.enumerated() {
            let scores = list.items.map(\.score)
            let (least, greatest) = (scores.min() ?? 0, scores.max() ?? 0)
            for (place, item) in list.items.enumerated() {
                let share =
                    greatest > least ? (item.score - least) / (greatest - least) : 1
                let contribution =
                    switch self {
                    case .weighted: list.weight * share
                    case .rrf: list.weight / (rankConstant + Double(place + 1))
                    case .voting: list.weight
                    // Whole numbers keep the sources apart, shares of 1 the places.
                    case .switching:
                        Double(lists.count - number)
                            - Double(place + 1) / Double(list.items.count + 1)
                    }
                if parts[item.node] == nil { order.append(item.node) }
                parts[item.node, default: []].append(
                    FusedItem.Part(
                        list: number, place: place + 1, score: item.score,
                        contribution: contribution))
            }
        }
        func ranks(_ parts: [FusedItem.Part]) -> Double {
            parts.reduce(0) { $0 + lists[$1.list].weight / (rankConstant + Double($1.place)) }
        }
        let fused = order.map { node -> (item: FusedItem, tie: Double) in
            let own = parts[node, default: []]
            let contributions = own.map(\.contribution)
            let score =
                self == .switching ? contributions.max() ?? 0 : contributions.reduce(0, +)
            return (FusedItem(node: node, score: score, parts: own), ranks(own))
        }
        return fused.sorted {
            if $0.item.score != $1.item.score { return $0.item.score > $1.item.score }
            if $0.tie != $1.tie { return $0.tie > $1.tie }
            return $0.item.node < $1.item.node
        }.map(\.item)
    }
}
