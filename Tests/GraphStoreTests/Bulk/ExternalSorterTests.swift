import Foundation
import Testing

@testable import GraphStore

@Suite struct ExternalSorterTests {
    private struct Input {
        var type: TypeID
        var entry: ListEntry
    }

    /// Ids of up to so many bits; of several widths at once where there is more than one.
    private func inputs(_ count: Int, bits: [Int], isShuffled: Bool, seed: UInt64) -> [Input] {
        var random = SeededGenerator(seed: seed)
        func id() -> UInt64 {
            UInt64.random(in: 0..<1 << UInt64(bits.randomElement(using: &random)!), using: &random)
        }
        var inputs = (0..<count).map { number in
            Input(
                type: TypeID.random(in: 0..<4, using: &random),
                entry: ListEntry(
                    node: id(), neighbour: id(), relationship: RelationshipID(number)))
        }
        if isShuffled { inputs.shuffle(using: &random) }
        return inputs
    }

    /// Families come in their order, and each holds all of its entries in order.
    private func expectSorted(_ inputs: [Input], budget: Int) throws {
        let sorter = ExternalSorter(directory: NSTemporaryDirectory(), budgetBytes: budget)
        for input in inputs {
            try sorter.add(
                type: input.type, start: input.entry.node, end: input.entry.neighbour,
                relationship: input.entry.relationship)
        }
        var families: [ListFamily] = []
        var lists: [[ListEntry]] = []
        try sorter.drain { (type, direction, block) throws(StoreError) in
            if families.last != ListFamily(type, direction) {
                families.append(ListFamily(type, direction))
                lists.append([])
            }
            lists[lists.count - 1].append(contentsOf: block)
        }
        #expect(families == families.sorted(by: <))
        for (family, list) in zip(families, lists) {
            let entries = inputs.filter { $0.type == family.type }.map(\.entry)
            let turned = entries.map {
                ListEntry(node: $0.neighbour, neighbour: $0.node, relationship: $0.relationship)
            }
            let expected = family.direction == .outgoing ? entries : turned
            #expect(list == expected.sorted(by: <))
        }
        #expect(Set(families).count == families.count)
        #expect(families.count == 2 * Set(inputs.map(\.type)).count)
    }

    @Test(arguments: [[3], [9], [12, 17], [31, 32], [33], [7, 50], [64]], [false, true])
    func agreesWithAModel(bits: [Int], isShuffled: Bool) throws {
        for (count, seed) in [(1, 1), (2, 2), (1_500, 3), (9_000, 4)] as [(Int, UInt64)] {
            let inputs = inputs(
                count, bits: bits.map { min($0, 63) }, isShuffled: isShuffled, seed: seed)
            // All in memory, and in runs of some thousand.
            for budget in [1 << 30, 0] { try expectSorted(inputs, budget: budget) }
        }
    }

    @Test func nothingIsNothing() throws { try expectSorted([], budget: 0) }

    /// An error of whoever takes the blocks ends the sorting too.
    @Test func stopsWhereItsUserFails() throws {
        for budget in [0, 1 << 30] {
            let sorter = ExternalSorter(directory: NSTemporaryDirectory(), budgetBytes: budget)
            for input in inputs(20_000, bits: [10], isShuffled: false, seed: 5) {
                try sorter.add(
                    type: input.type, start: input.entry.node, end: input.entry.neighbour,
                    relationship: input.entry.relationship)
            }
            var blocks = 0
            #expect(throws: StoreError.self) {
                try sorter.drain { (_, _, _) throws(StoreError) in
                    blocks += 1
                    throw .closed
                }
            }
            #expect(blocks == 1)
        }
    }

    /// An error of the sorting is thrown after what came before it was used.
    @Test func tellsOfErrorsOfTheWorkAhead() throws {
        var used: [Int] = []
        #expect(throws: StoreError.self) {
            try WorkAhead<Int>.run { (queue) throws(StoreError) in
                for number in 0..<3 { guard queue.submit(number) else { return } }
                throw .closed
            } use: { (number) throws(StoreError) in
                used.append(number)
            }
        }
        #expect(used == [0, 1, 2])
    }
}
