import GraphStore
import Values

/// Rows that are the same in some slots and start at the same node as one row, whose weight is the
/// sum of theirs. Groups that are the same in these slots are a section.
struct RowGroups {
    private enum Form {
        /// One section, in which each row is a group.
        case rows
        /// One section, in which weights add up by where the rows start.
        case bySource(EndWeights)
        /// Any number of sections.
        case byKeys
    }

    /// What groups are told apart by, the source last.
    private let keys: [Slot]
    /// The node that they start at is also what sections are told apart by.
    private let sourceIsKey: Bool
    private let form: Form
    private var rowCount = 0
    private var total: Int64 = 0
    /// By row.
    private var sources: ContiguousArray<NodeID> = []
    private var table: GroupTable
    /// By row or by key.
    private var weights: ContiguousArray<Int64> = []

    /// `startsDiffer`: no two rows start at one node. Nodes lie below `bound`.
    init(keys: [Slot], source: Slot, startsDiffer: Bool, bound: NodeID) {
        self.keys = keys.filter { $0 != source } + [source]
        sourceIsKey = keys.contains(source)
        table = GroupTable(keyCount: self.keys.count)
        if !keys.isEmpty {
            form = .byKeys
        } else {
            form = startsDiffer ? .rows : .bySource(EndWeights(bound: bound))
        }
    }

    var isEmpty: Bool { rowCount == 0 }

    var byteCount: Int {
        let rows = (sources.capacity + weights.capacity) * 8 + table.byteCount
        if case .bySource(let sums) = form { return rows + sums.byteCount }
        return rows
    }

    /// Returns the group of each row, by which ``Groups/sections(of:)`` knows it; nil where there is
    /// one section.
    mutating func add(_ batch: Batch, weights added: ContiguousArray<Int64>) throws
        -> ContiguousArray<Int32>?
    {
        rowCount += batch.count
        for weight in added {
            let (sum, overflow) = total.addingReportingOverflow(weight)
            if overflow { throw QueryError.tooManyMatches }
            total = sum
        }
        switch form {
        case .rows:
            sources.append(contentsOf: try batch[keys[0]].nodeIDs())
            weights.append(contentsOf: added)
            return nil
        case .bySource(let sums):
            sums.expect(rowCount)
            sums.add(added, to: try batch[keys[0]].nodeIDs())
            return nil
        case .byKeys:
            var groups = ContiguousArray<Int32>()
            var newRows = ContiguousArray<Int32>()
            table.assign(
                keys.map { batch[$0] }, count: batch.count, groups: &groups, newRows: &newRows)
            weights.grow(to: table.count, with: 0)
            // The total has not overflowed, so neither can a part.
            for row in 0..<batch.count { weights[Int(groups[row])] &+= added[row] }
            return groups
        }
    }

    /// The groups by their sections. Nothing may be added behind it.
    func bySections() throws -> Groups {
        switch form {
        case .rows:
            return Groups(sources: sources, weights: weights)
        case .bySource(let sums):
            var (sources, weights) = (ContiguousArray<NodeID>(), ContiguousArray<Int64>())
            _ = sums.take(.max, &sources, &weights)
            return Groups(sources: sources, weights: weights)
        case .byKeys:
            let columns = table.keys(0..<table.count)
            let slots = sourceIsKey ? keys : keys.dropLast()
            var sections = GroupTable(keyCount: slots.count)
            var numbers = ContiguousArray<Int32>()
            var first = ContiguousArray<Int32>()
            sections.assign(
                Array(columns.prefix(slots.count)), count: table.count, groups: &numbers,
                newRows: &first)
            let places = Places(numbers, sections.count)
            return Groups(
                keys: zip(slots, columns).map { ($0, $1.gathered(rows: first)) },
                numbers: numbers, starts: places.starts,
                sources: try columns[keys.count - 1].nodeIDs().elements(at: places.places),
                weights: weights.elements(at: places.places))
        }
    }
}

/// Where rows start and how much they weigh, section after section.
struct Groups {
    /// What each slot holds, a row for each section.
    let keys: [(slot: Slot, column: Column)]
    /// The section of each group, as groups were numbered; nil: there is one.
    private let numbers: ContiguousArray<Int32>?
    private let starts: ContiguousArray<Int32>
    let sources: ContiguousArray<NodeID>
    let weights: ContiguousArray<Int64>

    /// Those of one section.
    fileprivate init(sources: ContiguousArray<NodeID>, weights: ContiguousArray<Int64>) {
        let end = Int32(truncatingIfNeeded: sources.count)
        self.init(keys: [], numbers: nil, starts: [0, end], sources: sources, weights: weights)
    }

    fileprivate init(
        keys: [(slot: Slot, column: Column)], numbers: ContiguousArray<Int32>?,
        starts: ContiguousArray<Int32>, sources: ContiguousArray<NodeID>,
        weights: ContiguousArray<Int64>
    ) {
        self.keys = keys
        self.numbers = numbers
        self.starts = starts
        self.sources = sources
        self.weights = weights
    }

    var sectionCount: Int { starts.count - 1 }

    var byteCount: Int {
        sources.count * 16 + (starts.count + (numbers?.count ?? 0)) * 4
            + keys.reduce(0) { $0 + $1.column.byteCount }
    }

    /// The places of a section's groups.
    subscript(section: Int) -> Range<Int> { Int(starts[section])..<Int(starts[section + 1]) }

    /// The sections of groups, as ``RowGroups/add(_:weights:)`` has numbered them.
    func sections(of groups: ContiguousArray<Int32>) -> ContiguousArray<Int32> {
        numbers?.elements(at: groups) ?? []
    }
}

/// The places of each number in a list of numbers, in order: sorted by counting.
struct Places {
    /// Those of number i are `places[starts[i] ..< starts[i + 1]]`.
    let starts: ContiguousArray<Int32>
    let places: ContiguousArray<Int32>

    init(_ numbers: ContiguousArray<Int32>, _ count: Int) {
        var starts = ContiguousArray<Int32>(repeating: 0, count: count + 1)
        for number in numbers { starts[Int(number) + 1] += 1 }
        for number in 0..<count { starts[number + 1] += starts[number] }
        var places = ContiguousArray<Int32>(repeating: 0, count: numbers.count)
        var next = starts
        for (place, number) in numbers.enumerated() {
            places[Int(next[Int(number)])] = Int32(truncatingIfNeeded: place)
            next[Int(number)] += 1
        }
        self.starts = starts
        self.places = places
    }

    var byteCount: Int { (starts.count + places.count) * 4 }
}
