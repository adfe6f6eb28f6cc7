import Foundation
import Testing

@testable import GraphStore

@Suite struct ModelStoreTests {
    private func floats(_ count: Int, _ first: Float) -> [Float] {
        (0..<count).map { first + Float($0) }
    }

    private func draft(_ name: String, _ tensors: [TensorData]) -> ModelDraft {
        ModelDraft(
            name: name, method: "test", settings: [.init("k", "1"), .init("ü", "")],
            tensors: tensors)
    }

    private func publish(_ draft: ModelDraft, _ store: GraphStore) throws {
        try draft.publish { body in _ = try store.write { try body($0) } }
    }

    @Test func whatWasPublishedIsRead() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        // Three blocks, the last one short.
        let long = floats(2_500_000, 0)
        let matrix = TensorData("b", floats(6, 5), shape: [2, 3])
        try publish(
            draft(
                "m",
                [
                    TensorData("a", long), matrix, TensorData("c", [UInt64.max, 0]),
                    TensorData("empty", [Int32]()),
                ]), store)
        let view = try store.beginRead()
        defer { view.close() }
        let model = try #require(try view.model(named: "m"))
        #expect(model.method == "test" && model.setting("ü") == "" && model.setting("x") == nil)
        #expect(model.tensors.map(\.shape) == [[2_500_000], [2, 3], [2], [0]])
        #expect(try view.floats("a", of: model) == long)
        #expect(try view.floats("b", of: model) == floats(6, 5))
        #expect(try view.ids("c", of: model) == [UInt64.max, 0])
        #expect(try view.int32s("empty", of: model) == [])
        #expect(throws: StoreError.self) { try view.doubles("a", of: model) }
        #expect(throws: StoreError.self) { try view.floats("missing", of: model) }
        #expect(try view.models().map(\.name) == ["m"])
    }

    @Test func snapshotsKeepTheModelThatTheySaw() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        try publish(draft("m", [TensorData("a", floats(3, 1))]), store)
        let before = try store.beginRead()
        try publish(draft("m", [TensorData("a", floats(4, 2))]), store)
        let after = try store.beginRead()
        let removed = try store.write { try $0.removeModel(named: "m") }
        #expect(removed)
        let gone = try store.beginRead()
        let old = try #require(try before.model(named: "m"))
        let new = try #require(try after.model(named: "m"))
        #expect(old.id != new.id)
        #expect(try before.floats("a", of: old) == floats(3, 1))
        #expect(try after.floats("a", of: new) == floats(4, 2))
        #expect(try gone.model(named: "m") == nil)
        for view in [before, after, gone] { view.close() }
        #expect(try store.write { try $0.removeModel(named: "m") } == false)
    }

    @Test func aPublicationThatFailsLeavesTheEarlierModelAndIsRemovedByTheNext() throws {
        struct Stop: Error {}
        let fixture = try StoreFixture()
        let store = fixture.store
        try publish(draft("m", [TensorData("a", floats(3, 1))]), store)
        // What is left of a publication: begun, one block staged.
        var commits = 0
        #expect(throws: Stop.self) {
            try draft("m", [TensorData("a", floats(2_500_000, 2))]).publish { body in
                commits += 1
                if commits == 3 { throw Stop() }
                _ = try store.write { try body($0) }
            }
        }
        let view = try store.beginRead()
        let model = try #require(try view.model(named: "m"))
        #expect(try view.floats("a", of: model) == floats(3, 1))
        view.close()
        let staged = try store.beginRead().modelEntryCount
        try publish(draft("n", [TensorData("a", floats(3, 1))]), store)
        // A record and a block more, a staged block and its mark less.
        #expect(try store.beginRead().modelEntryCount == staged)
    }

    @Test func namesAndSizesHaveLimits() throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        for name in ["", String(repeating: "x", count: 256)] {
            #expect(throws: StoreError.self) { try publish(draft(name, []), store) }
        }
        try publish(draft(String(repeating: "x", count: 255), []), store)
        #expect(try store.beginRead().model(named: String(repeating: "y", count: 600)) == nil)
    }
}
