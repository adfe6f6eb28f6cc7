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

/// The group of each row of a batch; without grouping keys there is the one group 0, which loops
/// keep in registers.
struct GroupRows {
    /// nil: all rows are of group 0.
    let numbers: ContiguousArray<Int32>?
    let count: Int
    /// How many rows each of them stands for; nil: one.
    var weights: ContiguousArray<Int64>?
    /// Where rows of one group come in runs: each run's group and the row behind its end. Loops
    /// over runs keep a group's state in registers.
    var runs: ContiguousArray<Run>?

    struct Run {
        let group: Int32
        let end: Int32
    }

    /// Runs shorter than this on average are not worth walking one by one.
    private static let shortestRun = 8

    /// Looks for runs. About half a nanosecond a row.
    mutating func findRuns() {
        guard let numbers, numbers.count >= Self.shortestRun else { return }
        runs = numbers.withUnsafeBufferPointer { numbers in
            var changes = 0
            for row in 1..<numbers.count { changes &+= numbers[row] != numbers[row &- 1] ? 1 : 0 }
            guard (changes + 1) * Self.shortestRun <= numbers.count else { return nil }
            var runs = ContiguousArray<Run>()
            runs.reserveCapacity(changes + 1)
            for row in 1..<numbers.count where numbers[row] != numbers[row &- 1] {
                runs.append(Run(group: numbers[row &- 1], end: Int32(truncatingIfNeeded: row)))
            }
            let last = numbers.count - 1
            runs.append(Run(group: numbers[last], end: Int32(truncatingIfNeeded: numbers.count)))
            return runs
        }
    }

    /// Rows without their weights, for what does not depend on how often a value comes.
    var unweighted: GroupRows { GroupRows(numbers: numbers, count: count) }

    @inline(__always) func group(_ row: Int) -> Int {
        guard let numbers else { return 0 }
        return Int(numbers[row])
    }

    /// Calls back once for each row that is valid.
    @inline(__always)
    func forEach(_ validity: Validity, _ body: (_ row: Int, _ group: Int) -> Void) {
        if let numbers {
            numbers.withUnsafeBufferPointer { numbers in
                if let valid = validity.bytes {
                    valid.withUnsafeBufferPointer { valid in
                        for row in 0..<count where valid[row] != 0 { body(row, Int(numbers[row])) }
                    }
                } else {
                    for row in 0..<count { body(row, Int(numbers[row])) }
                }
            }
        } else if let valid = validity.bytes {
            for row in 0..<count where valid[row] != 0 { body(row, 0) }
        } else {
            for row in 0..<count { body(row, 0) }
        }
    }

    /// These rows alone.
    func gathered(_ rows: ContiguousArray<Int32>) -> GroupRows {
        GroupRows(
            numbers: numbers?.elements(at: rows), count: rows.count,
            weights: weights?.elements(at: rows))
    }
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
