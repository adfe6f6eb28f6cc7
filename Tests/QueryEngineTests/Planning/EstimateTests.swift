import Cypher
import Testing
import Values

@testable import QueryEngine

@Suite struct EstimateTests {
    private func buckets(_ shares: Double?...) -> EstimateBuckets {
        var buckets = EstimateBuckets()
        for share in shares { buckets.append(share) }
        return buckets
    }

    @Test func bucketsArePowersOfEight() {
        #expect(buckets(1) == buckets(0.125))
        #expect(buckets(0.124) == buckets(1.0 / 64))
        #expect(buckets(1).distance(to: buckets(0.124)) == 1)
        #expect(buckets(1, 0.01).distance(to: buckets(0.01, 1)) == 4)
        #expect(buckets(0) == buckets(1e-30))
        #expect(buckets(0) != buckets(nil))
        let many = [Double?](repeating: 1e-9, count: EstimateBuckets.capacity)
        var one = EstimateBuckets()
        for share in many { one.append(share) }
        #expect(one.distance(to: one) == 0)
    }

    private func call(_ name: String, _ arguments: BoundExpression...) -> BoundExpression {
        .scalar(
            ScalarCall(name: name, arguments: arguments, range: SourceRange(start: 0, end: 0)))
    }

    @Test func literalsParametersAndTimesAreKnown() throws {
        let two = BoundExpression.constant(.integer(2))
        let sum = try #require(KnownValue(.arithmetic(.add, .parameter("a"), two)))
        #expect(sum.isParameter)
        #expect(sum.value(["a": .integer(3)])?.cypherText == "5")
        #expect(sum.value([:]) == nil)
        #expect(sum.value(["a": .boolean(true)]) == nil)
        let day = try #require(KnownValue(call("date", .constant(.string("2020-02-03")))))
        #expect(!day.isParameter)
        #expect(day.value([:])?.cypherText == "2020-02-03")
        let later = BoundExpression.arithmetic(
            .add, call("date", .parameter("day")),
            call("duration", .map([(key: "days", value: two)])))
        let known = try #require(KnownValue(later))
        #expect(known.value(["day": .string("2020-02-03")])?.cypherText == "2020-02-05")
        #expect(known.value(["day": .string("soon")]) == nil)
    }

    /// What depends on rows or on chance is not, and nothing long is computed for an estimate.
    @Test func otherExpressionsAreNotKnown() {
        let one = BoundExpression.constant(.integer(1))
        #expect(KnownValue(.slot(1)) == nil)
        #expect(KnownValue(.arithmetic(.add, .slot(1), one)) == nil)
        #expect(KnownValue(call("rand")) == nil)
        #expect(KnownValue(call("range", one, .constant(.integer(100_000_000)))) == nil)
        #expect(KnownValue(call("date", .constant(.string("soon")))) == nil)
    }

    /// `1 < n.x` and `n.x <= 5` are one range; two lower bounds are not.
    @Test func boundsFromBothSidesAreOneRange() throws {
        let property = BoundExpression.property(.slot(0), "x")
        func test(_ symbol: ComparisonOperator, _ value: Int64, flipped: Bool = false) throws
            -> PropertyTest
        {
            let value = BoundExpression.constant(.integer(value))
            return try #require(
                PropertyTest(
                    flipped
                        ? .comparison(symbol, value, property)
                        : .comparison(symbol, property, value)))
        }
        let lower = try test(.less, 1, flipped: true)
        let upper = try test(.lessOrEqual, 5)
        #expect(lower.isBound && lower.isClosed(by: upper) && upper.isClosed(by: lower))
        #expect(!lower.isClosed(by: try test(.greater, 3)))
        guard case .range(let least?, let greatest?) = lower.range(with: upper).test else {
            Issue.record("both bounds")
            return
        }
        #expect(least.value.value([:])?.cypherText == "1" && !least.inclusive)
        #expect(greatest.value.value([:])?.cypherText == "5" && greatest.inclusive)
    }
}
