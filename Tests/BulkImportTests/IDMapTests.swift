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
