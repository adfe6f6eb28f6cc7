import Cypher
import Foundation
import Values

/// `stDev` and `stDevP`, by Welford's running mean and squares: no large sums cancel.
final class DeviationAccumulator: Accumulator {
    private let isOfSample: Bool
    private let range: SourceRange
    private var counts: ContiguousArray<Int64> = []
    private var means: ContiguousArray<Double> = []
    private var squares: ContiguousArray<Double> = []

    init(ofSample: Bool, range: SourceRange) {
        isOfSample = ofSample
        self.range = range
    }

    var byteCount: Int { counts.count * 24 }

    func grow(to groupCount: Int) {
        counts.grow(to: groupCount, with: 0)
        means.grow(to: groupCount, with: 0)
        squares.grow(to: groupCount, with: 0)
    }

    func update(_ groups: GroupRows, _ column: Column) throws {
        for row in 0..<groups.count {
            let value = column.value(row)
            if value.isNull { continue }
            guard let number = value.asDouble else {
                throw QueryError.wrongType(
                    isOfSample ? "stDev()" : "stDevP()", expected: "numbers", found: value)
            }
            let group = groups.group(row)
            counts[group] += 1
            let deviation = number - means[group]
            means[group] += deviation / Double(counts[group])
            squares[group] += deviation * (number - means[group])
        }
    }

    func result(_ groups: Range<Int>) -> Column {
        .floats(
            ContiguousArray(
                groups.lazy.map { group in
                    let divisor = self.counts[group] - (self.isOfSample ? 1 : 0)
                    return divisor > 0 ? (self.squares[group] / Double(divisor)).squareRoot() : 0
                }), .allValid)
    }
}

/// `percentileCont` (between the two nearest numbers) and `percentileDisc` (the nearest number).
final class PercentileAccumulator: Accumulator {
    enum Kind: String {
        case continuous = "percentileCont()"
        case discrete = "percentileDisc()"
    }

    private let kind: Kind
    private let range: SourceRange
    private var rows = GroupedRows()
    /// The percentile asked for, from a group's first row; negative is not known yet.
    private var percentiles: ContiguousArray<Double> = []

    init(_ kind: Kind, range: SourceRange) {
        self.kind = kind
        self.range = range
    }

    var byteCount: Int { rows.byteCount + percentiles.count * 8 }

    func grow(to groupCount: Int) { percentiles.grow(to: groupCount, with: -1) }

    /// The second argument of each row.
    func setPercentiles(_ groups: GroupRows, _ column: Column) throws {
        for row in 0..<groups.count where percentiles[groups.group(row)] < 0 {
            let value = column.value(row)
            guard let percentile = value.asDouble else {
                throw QueryError.wrongType(
                    kind.rawValue, expected: "a number as percentile", found: value)
            }
            guard percentile >= 0, percentile <= 1 else {
                throw QueryError(
                    .argument,
                    "NumberOutOfRange: \(kind.rawValue) takes a percentile from 0.0 to 1.0, but "
                        + "got \(value.excerpt)", at: range)
            }
            percentiles[groups.group(row)] = percentile
        }
    }

    func update(_ groups: GroupRows, _ column: Column) throws {
        switch column {
        case .floats, .integers: break
        default:
            for row in 0..<groups.count {
                let value = column.value(row)
                if !value.isNull, value.asDouble == nil {
                    throw QueryError.wrongType(kind.rawValue, expected: "numbers", found: value)
                }
            }
        }
        rows.append(groups, column)
    }

    func result(_ groups: Range<Int>) -> Column {
        rows.sort(groupCount: percentiles.count)
        var output = ColumnBuilder(capacity: groups.count)
        for group in groups {
            output.append(percentile(of: group))
        }
        return output.build()
    }

    /// Numbers of one kind are sorted as such. NaN is above all others for Cypher, and nowhere for
    /// Swift.
    private func percentile(of group: Int) -> Value {
        let percentile = max(0, percentiles[group])
        if let integers = rows.integers(group) {
            return value(at: percentile, of: integers.sorted()) { .integer($0) }
        }
        if let floats = rows.floats(group), !floats.contains(where: \.isNaN) {
            return value(at: percentile, of: floats.sorted()) { .float($0) }
        }
        let values = rows.values(group).sorted { Value.order($0, $1) < 0 }
        return value(at: percentile, of: values) { $0 }
    }

    private func value<Number>(
        at percentile: Double, of sorted: [Number], _ value: (Number) -> Value
    ) -> Value {
        guard !sorted.isEmpty else { return .null }
        switch kind {
        case .discrete:
            let place = Int((percentile * Double(sorted.count)).rounded(.up)) - 1
            return value(sorted[max(0, place)])
        case .continuous:
            let place = percentile * Double(sorted.count - 1)
            let lower = value(sorted[Int(place)]).asDouble ?? 0
            let upper = value(sorted[min(Int(place) + 1, sorted.count - 1)]).asDouble ?? 0
            return .float(lower + (upper - lower) * (place - place.rounded(.down)))
        }
    }
}
