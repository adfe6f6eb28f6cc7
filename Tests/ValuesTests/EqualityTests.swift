import Testing
import Values

@Suite struct EqualityTests {
    @Test func equalityHasThreeAnswers() {
        func equals(_ left: Value, _ right: Value) -> Bool? { Value.equals(left, right) }
        #expect(equals(.integer(1), .float(1)) == true)
        #expect(equals(.float(.nan), .float(.nan)) == false)
        #expect(equals(.null, .null) == nil)
        #expect(equals(.string("1"), .integer(1)) == false)
        #expect(equals(.list([.integer(1), .null]), .list([.integer(1), .integer(2)])) == nil)
        #expect(equals(.list([.null, .integer(1)]), .list([.integer(3), .integer(2)])) == false)
        #expect(equals(.list([.null]), .list([.null, .null])) == false)
        #expect(equals(.map(["k": .null]), .map([:])) == false)
        #expect(equals(.map(["k": .null]), .map(["k": .null])) == nil)
        #expect(
            equals(.map(["k": .null, "l": .integer(1)]), .map(["l": .integer(2), "k": .null]))
                == false)
    }

    @Test func largeIntegersAreNotRounded() {
        let large: Int64 = 9_007_199_254_740_993
        #expect(Value.equals(.integer(large), .float(Double(large))) == false)
        #expect(Value.equals(.integer(.max), .float(0x1p63)) == false)
        #expect(Value.equals(.integer(.min), .float(-0x1p63)) == true)
        #expect(Value.isLess(.integer(.max), .float(0x1p63)) == true)
        #expect(Value.isGreater(.integer(large), .float(Double(large))) == true)
    }

    @Test func stringsAreTheirBytes() {
        #expect(Value.equals(.string("\u{E9}"), .string("e\u{301}")) == false)
        #expect(Value.isLess(.string("e\u{301}"), .string("\u{E9}")) == true)
        #expect("👨‍👩‍👧".codePointCount == 5)
    }

    @Test func copiesAndReferencesAreOneEntity() {
        #expect(Value.equals(.node(SampleValues.node), .nodeReference(7)) == true)
        #expect(
            Value.equals(.relationshipReference(3), .relationship(SampleValues.relationship))
                == true)
        #expect(Value.equals(.nodeReference(3), .relationshipReference(3)) == false)
    }

    @Test func equivalenceIsAnEquivalenceAndHashesAgree() {
        let values = SampleValues.all + SampleValues.random(count: 150, seed: 1)
        for left in values {
            #expect(Value.isEquivalent(left, left))
            for right in values {
                let isOne = Value.isEquivalent(left, right)
                #expect(isOne == Value.isEquivalent(right, left))
                if isOne {
                    #expect(left.equivalenceHash == right.equivalenceHash)
                    #expect(GroupKey(left) == GroupKey(right))
                }
                if Value.equals(left, right) == true { #expect(isOne) }
            }
        }
    }

    @Test func hashesSpread() {
        let hashes = Set((0..<100_000).map { ValueHash.hash(integer: $0) })
        #expect(hashes.count == 100_000)
        let low = Set((0..<4_096).map { ValueHash.hash(integer: $0 << 32) & 0xFFFF })
        #expect(low.count > 3_800)
        let strings = Set((0..<100_000).map { ValueHash.hash("user-\($0)") })
        #expect(strings.count == 100_000)
    }

    @Test func rawHashesAreTheValuesHashes() {
        #expect(ValueHash.hash(integer: 5) == Value.integer(5).equivalenceHash)
        #expect(ValueHash.hash(float: 5) == Value.integer(5).equivalenceHash)
        #expect(ValueHash.hash(float: -0.0) == Value.integer(0).equivalenceHash)
        #expect(ValueHash.hash("abc") == Value.string("abc").equivalenceHash)
        #expect(ValueHash.hash(node: 7) == Value.node(SampleValues.node).equivalenceHash)
    }

    @Test func valuesAreSmall() { #expect(MemoryLayout<Value>.size <= 17) }

    @Test func membershipIsUnknownBehindNulls() {
        #expect(Value.contains([.integer(1), .null], .integer(1)) == true)
        #expect(Value.contains([.integer(1), .null], .integer(2)) == nil)
        #expect(Value.contains([], .null) == false)
        #expect(Value.contains([.integer(1)], .null) == nil)
    }
}
