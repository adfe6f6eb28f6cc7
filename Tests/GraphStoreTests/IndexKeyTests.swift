import Testing
import Values

@testable import GraphStore

@Suite struct IndexKeyTests {
    private func key(_ value: Value, budget: Int = IndexKey.maximumComponentBytes) -> [UInt8] {
        var key: [UInt8] = []
        _ = IndexKey.append(value, budget: budget, to: &key)
        return key
    }

    private func isLess(_ left: Value, _ right: Value) -> Bool {
        key(left).lexicographicallyPrecedes(key(right))
    }

    @Test func numbersAreOrderedAcrossKinds() {
        let ascending: [Value] = [
            .float(-.infinity), .float(-0x1p70), .integer(.min), .integer(.min + 1),
            .integer(-(1 << 53) - 1), .integer(-(1 << 53)), .float(-1.5), .integer(-1), .integer(0),
            .float(.leastNonzeroMagnitude), .float(0.5), .integer(1), .float(1.5),
            .integer(1 << 53), .integer(1 << 53 + 1), .integer(1 << 53 + 2), .integer(.max - 1),
            .integer(.max), .float(0x1p63), .float(.infinity), .float(.nan),
        ]
        for (left, right) in zip(ascending, ascending.dropFirst()) {
            #expect(isLess(left, right), "\(left) \(right)")
        }
        #expect(key(.integer(1)) == key(.float(1)))
        #expect(key(.float(0)) == key(.float(-0.0)))
        #expect(key(.integer(1 << 53)) == key(.float(0x1p53)))
        #expect(key(.integer(.min)) == key(.float(-0x1p63)))
    }

    @Test func randomIntegersKeepTheirOrder() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<5000 {
            let shift = UInt64(random.next(64))
            let left = Int64(bitPattern: random.next()) >> Int64(shift)
            let right = random.next(2) == 0 ? left &+ 1 : Int64(bitPattern: random.next())
            #expect(isLess(.integer(left), .integer(right)) == (left < right))
            #expect((key(.integer(left)) == key(.integer(right))) == (left == right))
        }
    }

    @Test func stringsAreOrderedByBytes() {
        let ascending = [
            "", "\u{0}", "\u{0}\u{0}", "\u{0}a", "a", "a\u{0}", "a\u{0}b", "a\u{1}", "ab", "b", "å",
            "ü",
        ]
        for (left, right) in zip(ascending, ascending.dropFirst()) {
            #expect(isLess(.string(left), .string(right)))
        }
    }

    /// With a budget, order is kept as far as keys differ, and equal keys are marked as cut.
    @Test func cutStringsKeepTheirOrder() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<5000 {
            let left = text(&random)
            let right = text(&random)
            var a: [UInt8] = []
            var b: [UInt8] = []
            let first = IndexKey.append(.string(left), budget: 31, to: &a)
            let second = IndexKey.append(.string(right), budget: 31, to: &b)
            #expect(a.count <= 31 && b.count <= 31)
            if a == b {
                #expect(left == right || (first == .cut && second == .cut))
            } else {
                let isLess = left.utf8.lexicographicallyPrecedes(right.utf8)
                #expect(a.lexicographicallyPrecedes(b) == isLess, "\(left) \(right)")
            }
        }
    }

    private func text(_ random: inout SeededRandom) -> String {
        let scalars = (0..<(20 + random.next(20))).map { _ in
            random.next(9) == 0 ? Unicode.Scalar(UInt8(random.next(3))) : "a"
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test func everyKindFitsTheLeastBudget() {
        for value in storableSamples {
            let key = key(value, budget: IndexKey.budget(properties: IndexKey.maximumProperties))
            #expect(key.count <= 31)
        }
    }
}

@Suite struct PropertyTypeTests {
    @Test func typesAdmitTheirValues() throws {
        #expect(try PropertyType("INTEGER NOT NULL").admits(.integer(1)))
        #expect(!(try PropertyType("INTEGER").admits(.float(1))))
        #expect(try PropertyType("STRING | BOOLEAN").admits(.boolean(true)))
        #expect(try PropertyType("LIST<FLOAT NOT NULL>").admits(.list([.float(1)])))
        #expect(!(try PropertyType("LIST<FLOAT NOT NULL>").admits(.list([.string("")]))))
        #expect(
            try PropertyType("ZONED DATETIME | LOCAL TIME").admits(
                .localTime(LocalTimeValue(nanosecondOfDay: 0))))
        #expect(try PropertyType("VECTOR<FLOAT32>(2)").admits(.vector([1, 2])))
        #expect(!(try PropertyType("VECTOR<FLOAT32>(2)").admits(.vector([1]))))
        #expect(throws: StoreError.self) { try PropertyType("LIST<LIST<STRING>>") }
        #expect(throws: StoreError.self) { try PropertyType("COLOUR") }
    }
}
