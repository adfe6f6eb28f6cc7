import Values

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
    private(set) var runs: ContiguousArray<Run>?

    struct Run {
        let group: Int32
        let end: Int32
    }

    /// All rows are of one group.
    init(count: Int) {
        numbers = nil
        self.count = count
    }

    /// Looks for runs. About half a nanosecond a row.
    init(_ numbers: ContiguousArray<Int32>) {
        self.numbers = numbers
        count = numbers.count
        runs = RunEnds.find(in: numbers).map { ends in
            ContiguousArray(ends.lazy.map { Run(group: numbers[Int($0) - 1], end: $0) })
        }
    }

    /// Runs that end there, each of a group.
    init(runsOf groups: ContiguousArray<Int32>, endingAt ends: ContiguousArray<Int32>) {
        let count = ends.last.map(Int.init) ?? 0
        self.count = count
        numbers = ContiguousArray(unsafeUninitializedCapacity: count) { rows, initialized in
            var start = 0
            for (group, end) in zip(groups, ends) {
                rows[start..<Int(end)].initialize(repeating: group)
                start = Int(end)
            }
            initialized = count
        }
        runs = ContiguousArray(zip(groups, ends).lazy.map { Run(group: $0, end: $1) })
    }

    private init(
        numbers: ContiguousArray<Int32>?, count: Int, weights: ContiguousArray<Int64>?
    ) {
        self.numbers = numbers
        self.count = count
        self.weights = weights
    }

    /// Rows without their weights, for what does not depend on how often a value comes.
    var unweighted: GroupRows {
        var rows = self
        rows.weights = nil
        return rows
    }

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

    /// Calls back once for each run of rows, none of them empty. False, without a call, where rows
    /// are not in runs.
    @inline(__always)
    func forEachRun(_ body: (_ group: Int, _ rows: Range<Int>) -> Void) -> Bool {
        if numbers == nil {
            if count > 0 { body(0, 0..<count) }
            return true
        }
        guard let runs else { return false }
        var start = 0
        for run in runs {
            body(Int(run.group), start..<Int(run.end))
            start = Int(run.end)
        }
        return true
    }

    /// These rows alone.
    func gathered(_ rows: ContiguousArray<Int32>) -> GroupRows {
        GroupRows(
            numbers: numbers?.elements(at: rows), count: rows.count,
            weights: weights?.elements(at: rows))
    }
}

/// Where equal values stand side by side, as the sources of expanded rows do.
enum RunEnds {
    /// Runs shorter than this on average are not worth walking one by one.
    static let shortestRun = 8.0
    /// Rows between two looks at how short the runs are.
    private static let trialRows = 256

    /// The row behind each run's end; nil where runs are short. About half a nanosecond a row.
    static func find<Element: Equatable & BitwiseCopyable>(
        in values: ContiguousArray<Element>
    ) -> ContiguousArray<Int32>? {
        let most = Int(Double(values.count) / shortestRun)
        guard most > 0 else { return nil }
        let ends = values.withUnsafeBufferPointer { values in
            // Each row writes to the next place, and only an end goes on to another: no branch to
            // predict. So up to a trial's rows come in before one that has too many is left.
            ContiguousArray<Int32>(unsafeUninitializedCapacity: most + trialRows) { ends, count in
                var row = 1
                while row < values.count, count < most {
                    let last = min(row + trialRows, values.count)
                    while row < last {
                        ends[count] = Int32(truncatingIfNeeded: row)
                        count &+= values[row] != values[row &- 1] ? 1 : 0
                        row &+= 1
                    }
                }
                guard row == values.count, count < most else {
                    count = 0
                    return
                }
                ends[count] = Int32(truncatingIfNeeded: values.count)
                count += 1
            }
        }
        return ends.isEmpty ? nil : ends
    }
}
