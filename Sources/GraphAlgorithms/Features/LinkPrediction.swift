internal import Foundation
public import GraphStore

/// How likely two nodes are to be connected, by the neighbours that they have now. Γ(n) is the set
/// of n's neighbours.
public enum LinkPrediction: String, Sendable, CaseIterable {
    /// `Σ 1 / ln |Γ(w)|` over the common neighbours w (Adamic and Adar, "Friends and neighbors on
    /// the Web", 2003)
    case adamicAdar
    /// `|Γ(a) ∩ Γ(b)|`
    case commonNeighbors
    /// `Σ 1 / |Γ(w)|` over the common neighbours w (Zhou et al., "Predicting missing links via local
    /// information", 2009)
    case resourceAllocation
    /// `|Γ(a)| · |Γ(b)|`
    case preferentialAttachment
    /// `|Γ(a) ∪ Γ(b)|`
    case totalNeighbors

    /// Reads the live graph. `lists` are those along which nodes are neighbours; a common
    /// neighbour's own neighbours are counted in `degreeLists` (both directions of the types).
    /// Cost: the lists of both nodes, and of each common neighbour where its neighbours count.
    public func score(
        _ first: NodeID, _ second: NodeID, _ view: GraphView, lists: [SampledRelation.List],
        degreeLists: [SampledRelation.List]
    ) -> Double {
        let readers = lists.map { view.adjacency($0.type, $0.direction) }
        let left = Self.neighbours(of: first, readers)
        let right = Self.neighbours(of: second, readers)
        switch self {
        case .preferentialAttachment: return Double(left.count * right.count)
        case .totalNeighbors: return Double(left.union(right).count)
        case .commonNeighbors: return Double(left.intersection(right).count)
        case .adamicAdar, .resourceAllocation:
            let readers = degreeLists.map { view.adjacency($0.type, $0.direction) }
            // In order, so that the sum is always the same.
            return left.intersection(right).sorted().reduce(0) { sum, node in
                let count = Double(Self.neighbours(of: node, readers).count)
                if self == .resourceAllocation { return sum + 1 / count }
                return count > 1 ? sum + 1 / log(count) : sum
            }
        }
    }

    private static func neighbours(of node: NodeID, _ readers: [AdjacencyReader]) -> Set<NodeID> {
        var neighbours: Set<NodeID> = []
        for reader in readers {
            reader.forEachRun(of: node, options: .withoutRelationships) { nodes, _ in
                neighbours.formUnion(nodes)
            }
        }
        return neighbours
    }
}
