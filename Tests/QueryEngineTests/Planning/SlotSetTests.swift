import Testing

@testable import QueryEngine

@Suite struct SlotSetTests {
    /// Against `Set`, on both sides of the first word's end.
    @Test func agreesWithASet() {
        var generator = SplitMix(state: 42)
        for _ in 0..<200 {
            let left = Set((0..<20).map { _ in Int(generator.next() % 150) })
            let right = Set((0..<20).map { _ in Int(generator.next() % 150) })
            let (a, b) = (SlotSet(left), SlotSet(right))
            #expect(a.sorted == left.sorted())
            #expect(a.union(b).sorted == left.union(right).sorted())
            #expect(a.intersection(b).sorted == left.intersection(right).sorted())
            #expect(a.subtracting(b).sorted == left.subtracting(right).sorted())
            #expect(a.isDisjoint(with: b) == left.isDisjoint(with: right))
            #expect(a.intersection(b).isSubset(of: a))
            #expect(a.isSubset(of: b) == left.isSubset(of: right))
            for slot in 0..<150 { #expect(a.contains(slot) == left.contains(slot)) }
        }
    }

    private struct SplitMix {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
