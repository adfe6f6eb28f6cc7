import Testing
import Values

@Suite struct OrderTests {
    @Test func orderIsTotalAndAgreesWithEquivalence() {
        let values = SampleValues.all + SampleValues.random(count: 60, seed: 2)
        for left in values {
            for right in values {
                let order = Value.order(left, right).signum()
                #expect(order == -Value.order(right, left).signum())
                #expect((order == 0) == Value.isEquivalent(left, right))
            }
        }
        let sorted = values.sorted { Value.order($0, $1) < 0 }
        // Over a sorted list, transitivity means that no later value is smaller.
        for (place, left) in sorted.enumerated() {
            for right in sorted[place...] { #expect(Value.order(left, right) <= 0) }
        }
    }

    @Test func kindsStandInCyphersLine() {
        let line: [Value] = [
            .map(["a": .string("map")]), .nodeReference(1), .relationshipReference(1),
            .list([.string("list")]), .pathReference(PathReference(nodes: [1], relationships: [])),
            .point(PointValue(system: .cartesian, x: 0, y: 0)),
            .dateTime(DateTimeValue(epochSecond: 0, nanosecond: 0, offsetSeconds: 0, zone: nil)),
            .localDateTime(LocalDateTimeValue(epochSecond: 0, nanosecond: 0)),
            .date(DateValue(epochDay: 0)), .time(TimeValue(nanosecondOfDay: 0, offsetSeconds: 0)),
            .localTime(LocalTimeValue(nanosecondOfDay: 0)),
            .duration(DurationValue.zero), .string("text"), .boolean(false), .float(1.5),
            .float(.nan), .null,
        ]
        for (left, right) in zip(line, line.dropFirst()) { #expect(Value.order(left, right) < 0) }
    }

    @Test func listsOrderElementByElement() {
        let lists: [Value] = [
            .list([]), .list([.string("a")]), .list([.string("a"), .integer(1)]),
            .list([.integer(1)]), .list([.integer(1), .string("a")]),
            .list([.integer(1), .null]), .list([.null, .integer(1)]), .list([.null, .integer(2)]),
        ]
        for (left, right) in zip(lists, lists.dropFirst()) { #expect(Value.order(left, right) < 0) }
    }

    @Test func comparisonIsUnknownAcrossKindsAndFalseForNaN() {
        #expect(Value.isLess(.integer(1), .string("a")) == nil)
        #expect(Value.isLess(.float(.nan), .string("a")) == nil)
        #expect(Value.isLess(.float(.nan), .integer(1)) == false)
        #expect(Value.isGreaterOrEqual(.float(.nan), .float(.nan)) == false)
        #expect(Value.isLess(.boolean(false), .boolean(true)) == true)
        #expect(Value.isLess(.map([:]), .map([:])) == nil)
        #expect(Value.isLess(.duration(.zero), .duration(.zero)) == nil)
    }

    @Test func listsCompareUpToTheFirstDifference() {
        func list(_ values: Value...) -> Value { .list(values) }
        #expect(Value.isGreaterOrEqual(list(.integer(1), .integer(0)), list(.integer(1))) == true)
        #expect(Value.isGreaterOrEqual(list(.integer(1), .null), list(.integer(1))) == true)
        #expect(
            Value.isGreaterOrEqual(list(.integer(1), .integer(2)), list(.integer(1), .null)) == nil)
        #expect(
            Value.isGreaterOrEqual(list(.integer(1), .integer(2)), list(.integer(3), .null))
                == false)
    }
}
