import Testing

@testable import BulkImport

@Suite struct IDMapTests {
    @Test func agreesWithADictionaryOfIntegers() {
        var random = SeededGenerator(seed: 1)
        let map = IDMap(.integer)
        var model: [Int64: UInt64] = [:]
        for step in 0..<20_000 as Range<UInt64> {
            let id =
                step % 3 == 0
                ? Int64.random(in: .min ... .max, using: &random)
                : Int64.random(in: -5_000...5_000, using: &random)
            let isNew = model[id] == nil
            if isNew { model[id] = step }
            #expect(map.insert(.integer(id), step) == isNew)
        }
        #expect(map.count == model.count)
        for (id, node) in model { #expect(map.node(.integer(id)) == node) }
        for id in 10_000..<11_000 as Range<Int64> {
            #expect(map.node(.integer(id)) == model[id])
        }
    }

    /// Ids that count up at first, wherever they begin, then do something else.
    @Test(arguments: [0, 1, -3, 1 << 40, Int64.max - 50, .min])
    func agreesWithADictionaryOfSequences(first: Int64) {
        for broken in [0, 1, 40, 2_000] {
            let map = IDMap(.integer)
            var model: [Int64: UInt64] = [:]
            for step in 0..<2_000 as Range<UInt64> {
                // Nodes of other kinds come in between, and ids come again.
                let node = step < broken ? step + 7 : 2 * step + 7
                let id = step % 50 == 49 ? first : first &+ Int64(step)
                let isNew = model[id] == nil
                if isNew { model[id] = node }
                #expect(map.insert(.integer(id), node) == isNew)
            }
            #expect(map.count == model.count)
            for offset in -10..<2_010 as Range<Int64> {
                let id = first &+ offset
                #expect(map.node(.integer(id)) == model[id])
                if let node = map.sequence.node(id) { #expect(node == model[id]) }
            }
        }
    }

    @Test func agreesWithADictionaryOfStrings() {
        var random = SeededGenerator(seed: 2)
        let map = IDMap(.string)
        var model: [[UInt8]: UInt64] = [:]
        for step in 0..<20_000 as Range<UInt64> {
            let count = Int.random(in: 1...20, using: &random)
            let id = (0..<count).map { _ in UInt8.random(in: 65...67, using: &random) }
            let isNew = model[id] == nil
            if isNew { model[id] = step }
            let isInserted = id.withUnsafeBytes { map.insert(.string($0), step) }
            #expect(isInserted == isNew)
        }
        #expect(map.count == model.count)
        for (id, node) in model {
            let found = id.withUnsafeBytes { map.node(.string($0)) }
            #expect(found == node)
        }
        let missing = [UInt8](repeating: 70, count: 9).withUnsafeBytes { map.node(.string($0)) }
        #expect(missing == nil)
    }
}
