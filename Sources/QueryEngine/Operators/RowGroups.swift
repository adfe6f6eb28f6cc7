import GraphStore
import Values

/// Rows that are the same in some slots and start at the same node as one row, whose weight is the
/// sum of theirs. Groups that are the same in these slots are a section.
struct RowGroups {
    private let keys: [Slot]
    /// The node that they start at is also what sections are told apart by.
    private let sourceIsKey: Bool
    private var table: GroupTable
    private(set) var weights: ContiguousArray<Int64> = []
    /// Where each row is a group of the only section: where they start; the table is empty.
    private var ownSources: ContiguousArray<NodeID>?

    /// `startsDiffer`: no two rows start at one node.
    init(keys: [Slot], source: Slot, startsDiffer: Bool) {
        if keys.isEmpty, startsDiffer { ownSources = [] }
        self.keys = keys.filter { $0 != source } + [source]
        sourceIsKey = keys.contains(source)
        table = GroupTable(keyCount: self.keys.count)
    }

    var count: Int { weights.count }
    var byteCount: Int {
        table.byteCount + (weights.capacity + (ownSources?.capacity ?? 0)) * 8
    }

    /// Returns the group of each row.
    mutating func add(_ batch: Batch, weights added: ContiguousArray<Int64>) throws
        -> ContiguousArray<Int32>
    {
        if ownSources != nil {
            let first = Int32(truncatingIfNeeded: count)
            ownSources?.append(contentsOf: try batch[keys[0]].nodeIDs())
            weights.append(contentsOf: added)
            return ContiguousArray(first..<Int32(truncatingIfNeeded: count))
        }
        var groups = ContiguousArray<Int32>()
        var newRows = ContiguousArray<Int32>()
        table.assign(
            keys.map { batch[$0] }, count: batch.count, groups: &groups, newRows: &newRows)
        weights.grow(to: table.count, with: 0)
        var hasOverflow = false
        for row in 0..<batch.count {
            let group = Int(groups[row])
            let (sum, overflow) = weights[group].addingReportingOverflow(added[row])
            weights[group] = sum
            hasOverflow = hasOverflow || overflow
        }
        if hasOverflow { throw QueryError.tooManyMatches }
        return groups
    }

    /// The node that each group starts at.
    func sources() throws -> ContiguousArray<NodeID> {
        try ownSources ?? table.keys(0..<count)[keys.count - 1].nodeIDs()
    }

    func sections() -> Sections {
        let slots = sourceIsKey ? keys : keys.dropLast()
        let columns = slots.isEmpty ? [] : table.keys(0..<count)
        var sections = GroupTable(keyCount: slots.count)
        var numbers = ContiguousArray<Int32>()
        var first = ContiguousArray<Int32>()
        sections.assign(
            Array(columns.prefix(slots.count)), count: count, groups: &numbers, newRows: &first)
        return Sections(
            keys: zip(slots, columns).map { ($0, $1.gathered(rows: first)) },
            numbers: numbers, groups: Places(numbers, sections.count))
    }

    struct Sections {
        /// What each slot holds, a row for each section.
        let keys: [(slot: Slot, column: Column)]
        /// The section of each group.
        let numbers: ContiguousArray<Int32>
        let groups: Places

        var count: Int { groups.count }
        var byteCount: Int {
            numbers.count * 4 + groups.byteCount + keys.reduce(0) { $0 + $1.column.byteCount }
        }
    }

    /// The places of each number in a list of numbers, in order: sorted by counting.
    struct Places {
        private var starts: ContiguousArray<Int32>
        private var places: ContiguousArray<Int32>

        init(_ numbers: ContiguousArray<Int32>, _ count: Int) {
            starts = ContiguousArray(repeating: 0, count: count + 1)
            for number in numbers { starts[Int(number) + 1] += 1 }
            for number in 0..<count { starts[number + 1] += starts[number] }
            places = ContiguousArray(repeating: 0, count: numbers.count)
            var next = starts
            for (place, number) in numbers.enumerated() {
                places[Int(next[Int(number)])] = Int32(truncatingIfNeeded: place)
                next[Int(number)] += 1
            }
        }

        var count: Int { starts.count - 1 }
        var byteCount: Int { (starts.count + places.count) * 4 }

        subscript(number: Int) -> ArraySlice<Int32> {
            places[Int(starts[number])..<Int(starts[number + 1])]
        }
    }
}
