internal import Foundation
internal import LMDB

/// One entry of a neighbour list, with the node whose list it is.
public struct ListEntry: Sendable, Equatable {
    public var node: NodeID
    public var neighbour: NodeID
    public var relationship: RelationshipID

    @inlinable
    public init(node: NodeID, neighbour: NodeID, relationship: RelationshipID) {
        self.node = node
        self.neighbour = neighbour
        self.relationship = relationship
    }

    @inlinable
    public static func < (a: ListEntry, b: ListEntry) -> Bool {
        if a.node != b.node { return a.node < b.node }
        if a.neighbour != b.neighbour { return a.neighbour < b.neighbour }
        return a.relationship < b.relationship
    }
}

/// Entries of one family, in ascending order. An enumeration, so that each kind's loops are compiled
/// for its width of words.
enum SortedEntries: Sendable {
    case narrow(SortedBlock<UInt32>)
    case wide(SortedBlock<UInt64>)
    case merged(MergedBlock)

    /// Lends them in blocks that are valid inside `body` only.
    func forEachBlock(
        _ body: (UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        switch self {
        case .narrow(let block): try block.forEachBlock(body)
        case .wide(let block): try block.forEachBlock(body)
        case .merged(let block): try body(block.entries)
        }
    }

    /// The incoming lists of outgoing ones that are in memory whole.
    func turned() -> SortedEntries {
        switch self {
        case .narrow(let block): .narrow(block.turned())
        case .wide(let block): .wide(block.turned())
        case .merged: preconditionFailure("only what is in memory whole can be turned")
        }
    }
}

/// Sorts the relationships of an import into neighbour lists, in bounded memory.
///
/// Relationships come in any order. They are kept by type until the budget is full; then each
/// type's are sorted twice, by start and by end, and written to two temporary files as sorted
/// runs. At the end the runs of each type and direction are merged and lent in blocks. What fits
/// in memory never touches the disk.
///
/// Cost: about 20 ns per relationship for both directions where they fit. Not for several threads;
/// draining it uses one more.
public final class ExternalSorter {
    private let directory: String
    private let budget: Int
    private var narrow: [TypeID: EntryArray<UInt32>] = [:]
    /// Of relationships with an id that 32 bits do not hold.
    private var wide: [TypeID: EntryArray<UInt64>] = [:]
    @exclusivity(unchecked) private var lastType: TypeID?
    @exclusivity(unchecked) private var lastArray: EntryArray<UInt32>?
    private var runs: [ListFamily: [SortedRun]] = [:]
    /// Bytes of the budget that sorting what is collected would leave.
    @exclusivity(unchecked) private var room: Int

    /// Both directions, and one more to sort them by turns, are in memory at once.
    private static let copies = 3
    private static let narrowBytes = copies * MemoryLayout<SortEntry<UInt32>>.stride
    private static let wideBytes = copies * MemoryLayout<SortEntry<UInt64>>.stride
    private static let leastBudget = 1 << 16
    /// The block of a run that is read at a time: at least, and where the budget allows it.
    private static let blockBytes = 24 << 10...24 << 15

    /// Temporary files are made in `directory` and need no cleaning up, also after a crash. The
    /// budget bounds the memory used; at least 64 KB.
    public init(directory: String, budgetBytes: Int) {
        self.directory = directory
        budget = max(budgetBytes, Self.leastBudget)
        room = budget
    }

    /// Takes one relationship.
    @inline(__always)
    public func add(
        type: TypeID, start: NodeID, end: NodeID, relationship: RelationshipID
    ) throws(StoreError) {
        if start | end | relationship <= UInt32.max {
            array(type).append(
                SortEntry(
                    start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end),
                    relationship: UInt32(truncatingIfNeeded: relationship)))
            room &-= Self.narrowBytes
        } else {
            addWide(type, SortEntry(start: start, end: end, relationship: relationship))
            room &-= Self.wideBytes
        }
        if room <= 0 { try spill() }
    }

    /// Takes a batch whose relationships are numbered from `first` on.
    func add(_ batch: RelationshipBatch, from first: RelationshipID) throws(StoreError) {
        let greatest = max(
            batch.starts.greatest, batch.ends.greatest, first + UInt64(batch.count))
        if batch.types.least == batch.types.greatest, greatest <= UInt32.max {
            array(TypeID(batch.types.least)).append(batch, from: UInt32(first))
            room -= batch.count * Self.narrowBytes
            if room <= 0 { try spill() }
            return
        }
        var relationship = first
        try batch.forEach { (type, start, end) throws(StoreError) in
            try add(type: type, start: start, end: end, relationship: relationship)
            relationship += 1
        }
    }

    @inline(__always)
    private func array(_ type: TypeID) -> EntryArray<UInt32> {
        if type == lastType, let lastArray { return lastArray }
        let array = narrow[type] ?? EntryArray()
        narrow[type] = array
        lastType = type
        lastArray = array
        return array
    }

    private func addWide(_ type: TypeID, _ entry: SortEntry<UInt64>) {
        wide[type, default: EntryArray()].append(entry)
    }

    /// Lends all entries, family by family (each type's outgoing lists, then its incoming ones) in
    /// ascending order, in sorted blocks that are valid inside `body` only. Once.
    ///
    /// `body` runs on this thread while another sorts what comes next.
    public func drain(
        _ body: (TypeID, Direction, UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) { try drain(after: { () throws(StoreError) in }, body) }

    /// The same, and while the first family is sorted `prepare` runs on this thread.
    func drain(
        after prepare: () throws(StoreError) -> Void,
        _ body: (TypeID, Direction, UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        // Entries of one family in several places are merged.
        if !runs.isEmpty || !narrow.isEmpty && !wide.isEmpty { try spill() }
        try WorkAhead.run { [self] (queue) throws(StoreError) in
            let types = Set(narrow.keys).union(wide.keys).union(runs.keys.map(\.type))
            for type in types.sorted() {
                if let outgoing = takeSorted(type) {
                    guard queue.submit(SortedPart(type, .outgoing, outgoing)),
                        queue.submit(SortedPart(type, .incoming, outgoing.turned()))
                    else { return }
                }
                for direction in Direction.allCases {
                    guard let spilled = runs.removeValue(forKey: ListFamily(type, direction))
                    else { continue }
                    let goesOn = try merge(spilled) { block in
                        queue.submit(SortedPart(type, direction, .merged(block)))
                    }
                    guard goesOn else { return }
                }
            }
        } prepare: {
            () throws(StoreError) in
            try prepare()
        } use: { (part: SortedPart) throws(StoreError) in
            try part.entries.forEachBlock { (block) throws(StoreError) in
                try body(part.type, part.direction, block)
            }
        }
    }

    private struct SortedPart: Sendable {
        let type: TypeID
        let direction: Direction
        let entries: SortedEntries

        init(_ type: TypeID, _ direction: Direction, _ entries: SortedEntries) {
            self.type = type
            self.direction = direction
            self.entries = entries
        }
    }

    /// The outgoing lists of a type that is in memory; of one kind of array, see ``drain``.
    private func takeSorted(_ type: TypeID) -> SortedEntries? {
        if type == lastType {
            lastType = nil
            lastArray = nil
        }
        if let array = narrow.removeValue(forKey: type) { return .narrow(array.sorted()) }
        return wide.removeValue(forKey: type).map { .wide($0.sorted()) }
    }

    // MARK: Runs on disk

    private func spill() throws(StoreError) {
        for type in Set(narrow.keys).union(wide.keys) {
            while let outgoing = takeSorted(type) {
                try spill(outgoing, ListFamily(type, .outgoing))
                try spill(outgoing.turned(), ListFamily(type, .incoming))
            }
        }
        room = budget
    }

    private func spill(_ entries: SortedEntries, _ family: ListFamily) throws(StoreError) {
        runs[family, default: []].append(try SortedRun(entries, directory: directory))
    }

    /// Merges runs into blocks until `use` wants no more; returns whether it has taken all.
    private func merge(
        _ runs: [SortedRun], _ use: (MergedBlock) -> Bool
    ) throws(StoreError) -> Bool {
        // Beside the runs' there is a block that is filled, one that waits, and one in use.
        let share = budget / (runs.count + 3)
        let bytes = min(max(share, Self.blockBytes.lowerBound), Self.blockBytes.upperBound)
        let blockEntries = bytes / MemoryLayout<ListEntry>.stride
        var heap = RunHeap()
        for run in runs where try run.open(blockEntries: blockEntries) { heap.insert(run) }
        var block = MergedBlock(capacity: blockEntries)
        while let run = heap.least {
            block.append(run.head)
            if block.isFull {
                guard use(block) else { return false }
                block = MergedBlock(capacity: blockEntries)
            }
            if try run.advance() { heap.sinkLeast() } else { heap.removeLeast() }
        }
        return use(block)
    }
}

/// The next entries of a merge.
final class MergedBlock: @unchecked Sendable {
    // Sendable: it is filled before it is handed on, and only read afterwards.
    private let memory: UnsafeMutableBufferPointer<ListEntry>
    @exclusivity(unchecked) private var count = 0

    init(capacity: Int) { memory = .allocate(capacity: capacity) }

    deinit { memory.deallocate() }

    var isFull: Bool { count == memory.count }
    var entries: UnsafeBufferPointer<ListEntry> {
        UnsafeBufferPointer(rebasing: memory[..<count])
    }

    func append(_ entry: ListEntry) {
        memory[count] = entry
        count += 1
    }
}
