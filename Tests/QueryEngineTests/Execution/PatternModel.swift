import Cypher
import GraphStore
import Values

@testable import QueryEngine

/// A pattern of a few nodes and relationships, as Cypher text and as plain loops over a model:
/// whatever the planner makes of the text must find what the loops find.
struct PatternModel {
    struct Relationship {
        var left: Int
        var right: Int
        var direction: Cypher.Direction
        /// Empty: any type.
        var types: [String]
        /// Which MATCH it stands in.
        var clause: Int
    }

    /// Labels of each node; the node `i` is called `n<i>`.
    var labels: [[String]]
    var relationships: [Relationship] = []
    /// `n<node>.n < below`
    var conditions: [(node: Int, below: Int)] = []
    /// Pairs of nodes whose `n` is not the same.
    var differing: [(Int, Int)] = []
    /// Pairs of nodes whose `key` is not the same.
    var differingKeys: [(Int, Int)] = []
    /// `n<node>.n = value`, or `<>`
    var fixed: [(node: Int, value: Int, equal: Bool)] = []

    /// A connected pattern: a tree, and sometimes a relationship more that closes a cycle.
    static func random(_ random: inout SplitMix, types: [String]) -> PatternModel {
        let nodeCount = 2 + random.below(3)
        var pattern = PatternModel(
            labels: (0..<nodeCount).map { _ in [[], ["All"], ["All"], ["Even"]][random.below(4)] })
        let clauses = 1 + random.below(4) / 3
        var links = (1..<nodeCount).map { ($0, random.below($0)) }
        if nodeCount > 2, random.below(2) == 0 {
            links.append((random.below(nodeCount), random.below(nodeCount)))
        }
        let single = random.below(2) == 0
        for (place, link) in links.enumerated() {
            let isTurned = random.below(2) == 0
            let choice = single ? [types[0]] : [[], [types[0]], [types[1]], types][random.below(4)]
            pattern.relationships.append(
                Relationship(
                    left: isTurned ? link.0 : link.1, right: isTurned ? link.1 : link.0,
                    direction: [.outgoing, .outgoing, .incoming, .either][random.below(4)],
                    types: choice, clause: place * clauses / links.count))
        }
        if random.below(3) == 0 {
            pattern.conditions.append((random.below(nodeCount), 1 + random.below(6)))
        }
        if random.below(4) == 0 {
            let value = random.below(7)
            pattern.fixed = [
                (random.below(nodeCount), value, true), (random.below(nodeCount), value, false),
            ]
        }
        if random.below(2) == 0 {
            pattern.differingKeys.append((random.below(nodeCount), random.below(nodeCount)))
        }
        if random.below(3) == 0 {
            pattern.differing.append((random.below(nodeCount), random.below(nodeCount)))
        }
        return pattern
    }

    /// A chain of three relationships of one type from a few nodes, whose inner nodes are looked at
    /// by nothing but, sometimes, an inequality: what is grouped before its last expand.
    static func chain(_ random: inout SplitMix, type: String) -> PatternModel {
        var pattern = PatternModel(
            labels: [["Even"], ["All"], [["All"], []][random.below(2)], ["All"]])
        for node in 0..<3 {
            let isTurned = random.below(2) == 0
            pattern.relationships.append(
                Relationship(
                    left: isTurned ? node + 1 : node, right: isTurned ? node : node + 1,
                    direction: [.outgoing, .incoming, .outgoing, .incoming, .either][
                        random.below(5)], types: [type], clause: 0))
        }
        switch random.below(4) {
        case 0: break
        case 1: pattern.differingKeys = [(1, 3), (3, 0)]
        default: pattern.differingKeys = [(3, 1)]
        }
        return pattern
    }

    /// Three nodes in a ring of one type.
    static func cycle(_ random: inout SplitMix, type: String) -> PatternModel {
        var pattern = PatternModel(labels: [[], ["All"], [["Even"], []][random.below(2)]])
        for node in 0..<3 {
            pattern.relationships.append(
                Relationship(
                    left: node, right: (node + 1) % 3,
                    direction: random.below(2) == 0 ? .outgoing : .incoming, types: [type],
                    clause: 0))
        }
        return pattern
    }

    // MARK: Text

    /// The MATCH clauses, with WHERE.
    var text: String {
        let clauseCount = (relationships.map(\.clause).max() ?? 0) + 1
        var clauses = (0..<clauseCount).map { clause in
            let own = relationships.enumerated().filter { $0.element.clause == clause }
            return "MATCH " + own.map { Self.text($1, $0, labels) }.joined(separator: ", ")
        }
        let tests =
            conditions.map { "n\($0.node).n < \($0.below)" }
            + fixed.map { "n\($0.node).n \($0.equal ? "=" : "<>") \($0.value)" }
            + differing.map { "n\($0.0).n <> n\($0.1).n" }
            + differingKeys.map { "n\($0.0).key <> n\($0.1).key" }
        if !tests.isEmpty { clauses.append("WHERE " + tests.joined(separator: " AND ")) }
        return clauses.joined(separator: " ")
    }

    private static func text(_ relationship: Relationship, _ place: Int, _ labels: [[String]])
        -> String
    {
        func node(_ index: Int) -> String {
            "(n\(index)" + labels[index].map { ":" + $0 }.joined() + ")"
        }
        let types =
            relationship.types.isEmpty ? "" : ":" + relationship.types.joined(separator: "|")
        let tail = relationship.direction == .incoming ? "<-" : "-"
        let head = relationship.direction == .outgoing ? "->" : "-"
        return node(relationship.left) + tail + "[r\(place)\(types)]" + head
            + node(relationship.right)
    }

    // MARK: Matches

    /// All matches: the `n` of each node. Nodes have each a `key` of their own, but for `keyless`.
    func matches(in graph: ModelGraph, keyless: Int? = nil) -> [[Int]] {
        var found: [[Int]] = []
        let numbers = Dictionary(uniqueKeysWithValues: graph.nodes.enumerated().map { ($1, $0) })
        var bound = [Int?](repeating: nil, count: labels.count)
        var taken: [(edge: RelationshipID, clause: Int)] = []

        func bind(_ node: Int, _ number: Int, _ then: () -> Void) {
            if let known = bound[node] {
                if known == number { then() }
                return
            }
            if labels[node].contains("Even"), !number.isMultiple(of: 2) { return }
            if conditions.contains(where: { $0.node == node && number >= $0.below }) { return }
            if fixed.contains(where: { $0.node == node && ($0.value == number) != $0.equal }) {
                return
            }
            bound[node] = number
            then()
            bound[node] = nil
        }
        func solve(_ place: Int) {
            guard place < relationships.count else {
                let numbers = bound.map { $0 ?? -1 }
                let isMatch =
                    differing.allSatisfy { numbers[$0.0] != numbers[$0.1] }
                    && differingKeys.allSatisfy {
                        numbers[$0.0] != numbers[$0.1] && numbers[$0.0] != keyless
                            && numbers[$0.1] != keyless
                    }
                if isMatch { found.append(numbers) }
                return
            }
            let own = relationships[place]
            for edge in graph.edges where own.types.isEmpty || own.types.contains(edge.type) {
                if taken.contains(where: { $0.edge == edge.id && $0.clause == own.clause }) {
                    continue
                }
                guard let start = numbers[edge.start], let end = numbers[edge.end] else { continue }
                var ways: [(Int, Int)] = []
                if own.direction != .incoming { ways.append((start, end)) }
                if own.direction == .incoming || own.direction == .either && start != end {
                    ways.append((end, start))
                }
                taken.append((edge.id, own.clause))
                for (left, right) in ways {
                    bind(own.left, left) { bind(own.right, right) { solve(place + 1) } }
                }
                taken.removeLast()
            }
        }
        solve(0)
        return found
    }
}
