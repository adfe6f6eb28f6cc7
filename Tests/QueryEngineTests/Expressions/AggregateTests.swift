import Cypher
import Testing
import Values

@testable import QueryEngine

/// Aggregates against a model that keeps every group's values in a list.
@Suite struct AggregateTests {
    private typealias Function = AggregateCall.Function

    private static func call(
        _ function: AggregateCall.Function, distinct: Bool = false,
        _ argument: BoundExpression? = .slot(1), second: BoundExpression? = nil
    ) -> AggregateCall {
        AggregateCall(
            function: function, argument: argument, second: second, distinct: distinct,
            range: SourceRange(start: 0, end: 1))
    }

    private func rows(
        _ table: [[Value]], keys: [Slot], _ calls: [AggregateCall], capacity: Int,
        memoryBytes: Int? = nil
    ) throws -> [[Value]] {
        let context = try ExpressionFixture.context(
            slots: 16, capacity: capacity, memoryBytes: memoryBytes)
        let operation = try AggregateOperator(
            child: BatchSource(table, capacity: capacity, slots: 16),
            keys: keys.map { ($0, .slot($0)) },
            aggregates: calls.enumerated().map { (8 + $0.offset, $0.element) }, context: context)
        let outputs = keys + calls.indices.map { 8 + $0 }
        let rows = try operation.rows(outputs)
        operation.rewind()
        let again = try operation.rows(outputs)
        #expect(rows.count == again.count && zip(rows, again).allSatisfy { areSame($0, $1) })
        #expect(context.memoryInUse == 0)
        return rows
    }

    /// What each function gives for the values of one group.
    private static func model(_ function: AggregateCall.Function, _ all: [Value]) -> Value {
        let values = all.filter { !$0.isNull }
        let numbers = values.compactMap(\.asDouble)
        switch function {
        case .countStar: return .integer(Int64(all.count))
        case .count: return .integer(Int64(values.count))
        case .sum: return values.reduce(.integer(0)) { (try? Value.add($0, $1)) ?? .null }
        case .avg:
            return numbers.isEmpty
                ? .null : .float(numbers.reduce(0, +) / Double(numbers.count))
        case .min: return values.min { Value.order($0, $1) < 0 } ?? .null
        case .max: return values.max { Value.order($0, $1) < 0 } ?? .null
        case .collect: return .list(values)
        case .stDev, .stDevP:
            let divisor = Double(numbers.count) - (function == .stDev ? 1 : 0)
            if divisor <= 0 { return .float(0) }
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return .float((squares / divisor).squareRoot())
        case .percentileCont, .percentileDisc: return .null
        }
    }

    private func isClose(_ left: Value, _ right: Value) -> Bool {
        guard case .float(let left) = left, case .float(let right) = right else {
            return areSame(left, right)
        }
        return areSame(.float(left), .float(right))
            || abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
    }

    private func check(
        _ table: [[Value]], keys: [Slot], _ functions: [AggregateCall.Function], distinct: Bool,
        capacity: Int
    ) throws {
        var groups: [GroupKey: Int] = [:]
        var members: [[Value]] = []
        for row in table[0].indices {
            let key = GroupKey(keys.map { table[$0][row] })
            let group = groups[key] ?? members.count
            if groups[key] == nil { members.append([]) }
            groups[key] = group
            members[group].append(table[1][row])
        }
        if keys.isEmpty, members.isEmpty { members = [[]] }
        let found = try rows(
            table, keys: keys,
            functions.map {
                Self.call(
                    $0, distinct: distinct && $0 != .countStar, $0 == .countStar ? nil : .slot(1))
            }, capacity: capacity)
        #expect(found.count == members.count)
        for (row, values) in zip(found, members) {
            var seen = Set<GroupKey>()
            let unique = values.filter { seen.insert(GroupKey($0)).inserted }
            for (place, function) in functions.enumerated() {
                let used = distinct && function != .countStar ? unique : values
                let value = row[keys.count + place]
                // An expectation for each value would take most of the time.
                if !isClose(value, Self.model(function, used)) {
                    Issue.record("\(function) by \(keys): \(value)")
                }
            }
        }
    }

    @Test(arguments: [2, 7, 2048]) func numbers(_ capacity: Int) throws {
        var columns = RandomColumns(seed: 40)
        let functions: [AggregateCall.Function] = [
            .countStar, .count, .sum, .avg, .min, .max, .collect, .stDev, .stDevP,
        ]
        for keyKind in [RandomColumns.Kind.integers, .strings, .nodes, .mixed, .booleans] {
            for hasNulls in [false, true] {
                let keys = columns.values(keyKind, count: 60, hasNulls: hasNulls)
                let integers = (0..<60).map { place -> Value in
                    hasNulls && place % 5 == 0
                        ? .null : .integer(Int64.random(in: -9...9, using: &columns.generator))
                }
                let floats = integers.map { value -> Value in
                    if case .integer(let value) = value { .float(Double(value) / 4) } else { value }
                }
                let both = zip(integers, floats).enumerated().map {
                    $0.offset % 2 == 0 ? $0.element.0 : $0.element.1
                }
                for values in [integers, floats, both] {
                    for distinct in [false, true] {
                        for slots in [[], [0], [0, 2]] {
                            try check(
                                [keys, values, integers], keys: slots, functions,
                                distinct: distinct, capacity: capacity)
                        }
                    }
                }
            }
        }
    }

    @Test(arguments: [2, 2048]) func valuesOfAnyKind(_ capacity: Int) throws {
        var columns = RandomColumns(seed: 41)
        for kind in [RandomColumns.Kind.mixed, .strings, .nodes, .booleans, .floats] {
            let keys = columns.values(.nodes, count: 50, hasNulls: true)
            let values = columns.values(kind, count: 50, hasNulls: true)
            for slots in [[], [0]] {
                try check(
                    [keys, values], keys: slots, [.count, .min, .max, .collect], distinct: false,
                    capacity: capacity)
                try check(
                    [keys, values], keys: slots, [.count, .collect], distinct: true,
                    capacity: capacity)
            }
        }
    }

    @Test func nothing() throws {
        let functions: [AggregateCall.Function] = [
            .countStar, .count, .sum, .avg, .min, .max, .collect, .stDev,
        ]
        try check([[], []], keys: [], functions, distinct: false, capacity: 4)
        try check([[], []], keys: [0], functions, distinct: false, capacity: 4)
        let percentile = try rows(
            [[], []], keys: [],
            [Self.call(.percentileCont, second: .constant(.float(0.5)))], capacity: 4)
        #expect(areSame(percentile[0], [.null]))
    }

    @Test func sumsAreExact() throws {
        let large = [Value.integer(.max), .integer(1), .integer(-2)]
        let found = try rows([large, large], keys: [], [Self.call(.sum)], capacity: 2)
        #expect(areSame(found[0], [.integer(.max - 1)]))
        let tooLarge = [Value.integer(.max), .integer(1)]
        for keys in [[], [2]] {
            #expect(throws: QueryError.self) {
                try rows(
                    [tooLarge, tooLarge, [.null, .null]], keys: keys, [Self.call(.sum)],
                    capacity: 2)
            }
        }
        #expect(throws: QueryError.self) {
            try rows([[.string("a")], [.string("a")]], keys: [], [Self.call(.sum)], capacity: 2)
        }
    }

    @Test func durations() throws {
        func days(_ days: Int64) -> Value {
            .duration(DurationValue(months: 0, days: days, seconds: 0, nanoseconds: 0))
        }
        let found = try rows(
            [[days(1), days(3), .null], [days(1), days(3), .null]], keys: [],
            [Self.call(.sum), Self.call(.avg)], capacity: 2)
        #expect(areSame(found[0], [days(4), days(2)]))
        #expect(throws: QueryError.self) {
            let mixed = [days(1), .integer(1)]
            return try rows([mixed, mixed], keys: [], [Self.call(.sum)], capacity: 2)
        }
    }

    @Test func percentiles() throws {
        let values = [40, 10, 30, 20].map { Value.integer($0) } + [.null]
        func percentile(_ function: AggregateCall.Function, _ percentile: Double) throws -> Value {
            try rows(
                [values, values], keys: [],
                [Self.call(function, second: .constant(.float(percentile)))], capacity: 2)[0][0]
        }
        #expect(areSame(try percentile(.percentileDisc, 0.5), .integer(20)))
        #expect(areSame(try percentile(.percentileDisc, 0), .integer(10)))
        #expect(areSame(try percentile(.percentileDisc, 1), .integer(40)))
        #expect(areSame(try percentile(.percentileCont, 0.5), .float(25)))
        #expect(areSame(try percentile(.percentileCont, 1), .float(40)))
        #expect(throws: QueryError.self) { try percentile(.percentileCont, 1.5) }
    }

    /// Numbers of one kind are sorted as numbers, others and NaN as values: in the same order.
    @Test func percentilesOfEveryKind() throws {
        var columns = RandomColumns(seed: 21)
        for kind in [RandomColumns.Kind.integers, .floats] {
            for count in [1, 2, 7, 40] {
                let own = columns.values(kind, count: count, hasNulls: true)
                for values in [own, own + [.float(.nan)], own + [.integer(3), .float(2.5)]] {
                    let sorted = values.filter { !$0.isNull }
                        .sorted { Value.order($0, $1) < 0 }
                    for percentile in [0, 0.3, 0.5, 1] {
                        let found = try rows(
                            [values, values], keys: [],
                            [
                                Self.call(
                                    .percentileDisc, second: .constant(.float(percentile)))
                            ], capacity: 16)[0][0]
                        let place = (percentile * Double(sorted.count)).rounded(.up) - 1
                        let expected = sorted.isEmpty ? .null : sorted[max(0, Int(place))]
                        #expect(areSame(found, expected), "\(percentile) of \(values)")
                    }
                }
            }
        }
    }

    @Test func memoryIsBounded() throws {
        let values = (0..<5000).map { Value.integer($0) }
        #expect(throws: QueryError.self) {
            try rows(
                [values, values], keys: [0], [Self.call(.collect)], capacity: 100,
                memoryBytes: 10_000)
        }
    }
}
