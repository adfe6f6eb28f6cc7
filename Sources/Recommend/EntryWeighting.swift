import Foundation
import GraphStore

/// What becomes of the entries of vectors before they are compared: how telling each is.
///
/// An entry of a vector x in the column y, for vectors of items the user y:
/// - adjusted: `w - mean(y)`, the user's mean rating taken away (Sarwar et al., WWW 2001,
///   section 3.1.3)
/// - TF-IDF: `w · ln(1 + N / n(y))`, with n(y) of y's interactions and N vectors
/// - BM25: `w (K + 1) / (w + K (1 - B + B · n(x) / mean n)) · ln(1 + N / n(y))`, K = 1.2, B = 0.75
///   (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009)
final class EntryWeighting {
    enum Kind: Sendable { case adjusted, tfidf, bm25 }

    private static let saturation = 1.2
    private static let lengthShare = 0.75

    let kind: Kind
    /// The same interactions with their entries as they are.
    let raw: Interactions
    let comparesUsers: Bool
    private var vectors = 0.0
    private var meanLength = 1.0

    init(_ kind: Kind, _ raw: Interactions, comparesUsers: Bool) throws {
        self.kind = kind
        self.raw = raw
        self.comparesUsers = comparesUsers
        guard kind != .adjusted else { return }
        let lists = (comparesUsers ? raw.users : raw.items).lists
        var interactions = 0
        var next = lists.nextNode(from: 0)
        while let node = next {
            try raw.checkpoint()
            vectors += 1
            interactions += lists.degree(node)
            next = lists.nextNode(from: node + 1)
        }
        meanLength = Double(interactions) / max(1, vectors)
    }

    /// The weights of a block of lists of one side's nodes. Of parallel relationships the first has
    /// the whole entry and the others 0, so that they still add up.
    func transformed(
        _ lists: ListBlock, _ weights: ContiguousArray<Double>?, _ side: Side, isUsers: Bool
    ) throws -> ContiguousArray<Double> {
        var result = ContiguousArray<Double>(repeating: 0, count: lists.neighbours.count)
        let areVectors = isUsers == comparesUsers
        let columns = comparesUsers ? raw.items : raw.users
        if kind == .adjusted {
            var numbers: [Int32] = []
            lists.forEachList { number, range in
                if areVectors {
                    for place in range {
                        numbers.append(Int32(columns.number(of: lists.neighbours[place])))
                    }
                } else {
                    numbers.append(Int32(columns.number(of: side.index.nodes[number])))
                }
            }
            try raw.readMoments(of: Set(numbers).sorted(), columns)
        }
        let vectorLists = (comparesUsers ? raw.users : raw.items).lists
        lists.forEachList { number, range in
            let own = side.index.nodes[number]
            var place = range.lowerBound
            while place < range.upperBound {
                let first = place
                var weight = 0.0
                while place < range.upperBound, lists.neighbours[place] == lists.neighbours[first] {
                    weight += weights?[place] ?? 1
                    place += 1
                }
                let other = lists.neighbours[first]
                result[first] = value(
                    weight, column: areVectors ? other : own, columns,
                    length: kind == .bm25 ? vectorLists.degree(areVectors ? own : other) : 0)
            }
        }
        return result
    }

    private func value(_ weight: Double, column: NodeID, _ columns: Side, length: Int) -> Double {
        switch kind {
        case .adjusted:
            let moments = columns.moments[columns.number(of: column)]
            return weight - moments.sum / max(1, moments.count)
        case .tfidf: return weight * rarity(column, columns)
        case .bm25:
            let share = Self.lengthShare
            let norm = Self.saturation * (1 - share + share * Double(length) / meanLength)
            guard weight + norm > 0 else { return 0 }
            return weight * (Self.saturation + 1) / (weight + norm) * rarity(column, columns)
        }
    }

    private func rarity(_ column: NodeID, _ columns: Side) -> Double {
        log(1 + vectors / Double(max(1, columns.lists.degree(column))))
    }
}
