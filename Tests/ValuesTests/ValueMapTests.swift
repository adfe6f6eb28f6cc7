import Testing

@testable import Values

@Suite struct ValueMapTests {
    /// Made of entries that repeat, then changed key by key: small maps and large ones.
    @Test(arguments: [UInt64](1...40)) func agreesWithAListOfEntries(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let range = [3, 20, ValueMap.linearLimit + 2, 300].randomElement(using: &generator) ?? 3
        func entry() -> (key: String, value: Int64) {
            // Two spellings that look the same and are different keys.
            let name = Int.random(in: 0..<range, using: &generator)
            let key = Bool.random(using: &generator) ? "\u{e9}\(name)" : "e\u{301}\(name)"
            return (key, Int64.random(in: 0..<1_000, using: &generator))
        }
        var model: [(key: String, value: Int64)] = []
        func place(_ key: String) -> Int? { model.firstIndex { $0.key.hasSameBytes(as: key) } }
        func set(_ entry: (key: String, value: Int64)) {
            if let place = place(entry.key) {
                model[place] = entry
            } else {
                model.append(entry)
            }
        }
        let entries = (0..<range * 2).map { _ in entry() }
        entries.forEach(set)
        var map = ValueMap(
            keys: entries.map(\.key), values: entries.map { .integer($0.value) })
        for _ in 0..<60 {
            let next = entry()
            if Bool.random(using: &generator) {
                map[next.key] = .integer(next.value)
                set(next)
            } else if Int.random(in: 0..<8, using: &generator) == 0 {
                map[next.key] = nil
                if let place = place(next.key) { model.remove(at: place) }
            }
            let asked = entry().key
            let known = place(asked).map { String(model[$0].value) }
            #expect(map[asked]?.cypherText == known, "seed \(seed)")
            #expect(map.count == model.count)
        }
        #expect(map.keys.map { Array($0.utf8) } == model.map { Array($0.key.utf8) }, "seed \(seed)")
        #expect(map.values.map(\.cypherText) == model.map { String($0.value) }, "seed \(seed)")
    }

    /// A parameter may be a table of many entries, in which each row looks something up.
    @Test(.timeLimit(.minutes(1))) func manyEntriesAreLookedUpByHashing() {
        let count = 100_000
        let map = ValueMap((0..<count).map { ("key \($0)", .integer(Int64($0))) })
        var sum: Int64 = 0
        for place in 0..<count {
            if case .integer(let value)? = map["key \(place)"] { sum += value }
        }
        #expect(sum == Int64(count) * Int64(count - 1) / 2)
        #expect(Value.equals(.map(map), .map(map)) == true)
    }
}
