import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Sums by node in an array and in a table, against a dictionary.
@Suite struct EndWeightsTests {
    /// Entries expected among how many nodes: the array with a list; the whole array; the table;
    /// arrays that end before some of the nodes.
    @Test(arguments: [(300, 500), (10_000, 500), (1, 500), (10_000, 100), (50, 100)])
    func sectionsAddUp(entries: Int, bound: Int) throws {
        let ends = EndWeights(bound: NodeID(bound))
        ends.expect(entries)
        var random = SplitMix(seed: 5)
        for section in 0..<20 {
            var expected: [NodeID: Int64] = [:]
            for _ in 0..<random.below(30) {
                let weight = Int64(1 + random.below(4))
                let nodes = (0..<random.below(40)).map { _ in UInt32(random.below(500)) }.sorted()
                add(weight, to: nodes, isWide: random.below(2) == 0, ends)
                for node in nodes { expected[NodeID(node), default: 0] += weight }
            }
            for (node, weight) in expected where random.below(3) == 0 {
                ends.subtract(weight, from: node)
                expected[node] = nil
            }
            var nodes: ContiguousArray<NodeID> = []
            var weights: ContiguousArray<Int64> = []
            var isDone = false
            while !isDone { isDone = ends.take(nodes.count + 1 + section, &nodes, &weights) }
            #expect(Set(nodes).count == nodes.count)
            #expect(Dictionary(uniqueKeysWithValues: zip(nodes, weights)) == expected)
        }
    }

    private func add(_ weight: Int64, to nodes: [UInt32], isWide: Bool, _ ends: EndWeights) {
        if isWide {
            nodes.map { NodeID($0) }.withUnsafeBufferPointer { ends.add(weight, to: .wide($0)) }
        } else {
            nodes.withUnsafeBufferPointer { ends.add(weight, to: .narrow($0)) }
        }
    }

    @Test func aTableBecomesAnArray() {
        let ends = EndWeights(bound: 1_000)
        var random = SplitMix(seed: 6)
        var expected: [NodeID: Int64] = [:]
        var order: [NodeID] = []
        for round in 1...100 {
            // From the fifth on there are enough for an array.
            ends.expect(round * 10)
            let nodes = ContiguousArray((0..<10).map { _ in NodeID(random.below(1_010)) })
            let weights = ContiguousArray((0..<10).map { _ in Int64(1 + random.below(4)) })
            ends.add(weights, to: nodes)
            for (node, weight) in zip(nodes, weights) {
                if expected[node] == nil { order.append(node) }
                expected[node, default: 0] += weight
            }
        }
        var nodes: ContiguousArray<NodeID> = []
        var weights: ContiguousArray<Int64> = []
        #expect(ends.take(.max, &nodes, &weights))
        #expect(Dictionary(uniqueKeysWithValues: zip(nodes, weights)) == expected)
        #expect(nodes.filter { $0 < 1_000 } == ContiguousArray(order.filter { $0 < 1_000 }))
    }
}
