import Synchronization
import Testing
import Values

@testable import GraphStore

@Suite struct TextIndexTests {
    /// Random strings of few letters: what the index offers contains what meets the condition, and
    /// long pieces leave little to test.
    @Test func findsPieces() throws {
        let fixture = try StoreFixture()
        let definition = IndexDefinition(
            name: "pieces", kind: .text, entity: .node, labelsOrTypes: ["N"], properties: ["s"])
        let model = Mutex<[NodeID: String]>([:])
        let random = Mutex(SeededRandom(seed: 3))
        for round in 0..<12 {
            if round == 3 { _ = try fixture.store.createIndex(definition, ifNotExists: false) }
            try fixture.store.write { writer in
                try random.withLock { random in
                    try model.withLock { try Self.change(writer, &$0, &random) }
                }
            }
            guard round >= 3 else { continue }
            try fixture.read { view in
                let now = model.withLock { $0 }
                for _ in 0..<40 {
                    let piece = random.withLock { Self.text(&$0, $0.next(5)) }
                    for condition in [TextCondition.contains(piece), .endsWith(piece)] {
                        let found = try view.all(view.seek(view.indexes[0], condition).ids)
                        let wanted = now.filter { condition.isMet(by: $0.value) }.keys.sorted()
                        #expect(found == found.sorted())
                        #expect(
                            found.filter { condition.isMet(by: now[$0] ?? "") } == wanted,
                            "\(condition)")
                        if piece.utf8.count <= 3, case .contains = condition {
                            #expect(found == wanted, "\(condition)")
                        }
                    }
                }
            }
        }
        #expect(try fixture.findings() == [])
    }

    private static func text(_ random: inout SeededRandom, _ count: Int) -> String {
        (0..<count).map { _ in ["a", "b", "é", "c"][random.next(4)] }.joined()
    }

    private static func change(
        _ writer: GraphWriter, _ model: inout [NodeID: String], _ random: inout SeededRandom
    ) throws {
        for _ in 0..<20 {
            let ids = model.keys.sorted()
            let text = text(&random, random.next(9))
            switch (random.next(4), ids.isEmpty ? nil : ids[random.next(ids.count)]) {
            case (0, let id?):
                try writer.deleteNode(id)
                model[id] = nil
            case (1, let id?):
                try writer.setProperty(writer.key("s"), ofNode: id, to: .string(text))
                model[id] = text
            default:
                model[try writer.create("N", ["s": .string(text)])] = text
                try writer.create("N", ["s": .integer(1)])
            }
        }
    }
}
