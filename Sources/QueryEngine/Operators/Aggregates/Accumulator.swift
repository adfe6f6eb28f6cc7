import Values

/// An aggregate's state for all groups at once: arrays indexed by the group's number.
///
/// Nulls are left out by the accumulators; DISTINCT is done before they see the rows.
protocol Accumulator: AnyObject {
    /// Groups up to this number exist now. Called before their first rows come.
    func grow(to groupCount: Int)
    /// Takes a batch's rows.
    func update(_ groups: GroupRows, _ column: Column) throws
    /// The results of some groups, one row each.
    func result(_ groups: Range<Int>) throws -> Column
    /// Memory held: arrays, and an estimate of what they point to.
    var byteCount: Int { get }
}

/// One whose state can be put together from those of parts of the rows.
protocol MergeableAccumulator: Accumulator {
    /// Adds what a part has found, an accumulator of the same kind: its group i is the group
    /// `numbers[i]` here.
    func merge(_ part: any Accumulator, _ numbers: ContiguousArray<Int32>) throws
}

extension AggregateCall {
    /// Whether rows may be given once with a weight instead of several times.
    var honoursWeights: Bool {
        if distinct { return true }
        switch function {
        case .countStar, .count, .sum, .avg, .min, .max: return true
        case .collect, .stDev, .stDevP, .percentileCont, .percentileDisc: return false
        }
    }
}

extension AggregateCall.Function {
    /// `range` is where errors point to.
    func makeAccumulator(_ call: AggregateCall) -> any Accumulator {
        switch self {
        case .countStar: CountAccumulator(countsNulls: true)
        case .count: CountAccumulator(countsNulls: false)
        case .sum: SumAccumulator(.sum, range: call.range)
        case .avg: SumAccumulator(.average, range: call.range)
        case .min: ExtremeAccumulator(.smallest)
        case .max: ExtremeAccumulator(.largest)
        case .collect: CollectAccumulator()
        case .stDev: DeviationAccumulator(ofSample: true, range: call.range)
        case .stDevP: DeviationAccumulator(ofSample: false, range: call.range)
        case .percentileCont: PercentileAccumulator(.continuous, range: call.range)
        case .percentileDisc: PercentileAccumulator(.discrete, range: call.range)
        }
    }
}

extension ContiguousArray {
    /// Appends the same element until there are `count`.
    mutating func grow(to count: Int, with element: Element) {
        if self.count < count {
            append(contentsOf: repeatElement(element, count: count - self.count))
        }
    }
}
