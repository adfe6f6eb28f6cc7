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
        let ends = EndWeights(entries: entries, sections: 1, bound: NodeID(bound))
        var random = SplitMix(seed: 5)
        for section in 0..<20 {
            var expected: [NodeID: Int64] = [:]
            for _ in 0..<random.below(30) {
                let weight = Int64(1 + random.below(4))
                let nodes = (0..<random.below(40)).map { _ in NodeID(random.below(500)) }
                try nodes.withUnsafeBufferPointer { try ends.add(weight, to: $0) }
                for node in nodes { expected[node, default: 0] += weight }
            }
            for (node, weight) in expected where random.below(3) == 0 {
                try ends.subtract(weight, from: node)
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

    @Test(arguments: [1, 50, 100]) func sumsBeyondTheRangeAreAnError(entries: Int) throws {
        let ends = EndWeights(entries: entries, sections: 1, bound: 100)
        let node: [NodeID] = [7]
        try node.withUnsafeBufferPointer { try ends.add(Int64.max, to: $0) }
        let error = queryError { try node.withUnsafeBufferPointer { try ends.add(1, to: $0) } }
        #expect(error?.kind == .arithmetic)
    }
}
