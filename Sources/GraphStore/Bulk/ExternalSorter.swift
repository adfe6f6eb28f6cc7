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

/// Sorts the relationships of an import into neighbour lists, in bounded memory.
///
/// Relationships come in any order. They are kept by type until the budget is full; then each
/// type's are sorted twice, by start and by end, and written to two temporary files as sorted
/// runs. At the end the runs of each type and direction are merged and lent in blocks. What fits
/// in memory never touches the disk.
///
/// Cost: about 50 ns per relationship for both directions where they fit. Not for several threads.
public final class ExternalSorter {
    private let directory: String
    private let budget: Int
    private var collected: [TypeID: EntryArray] = [:]
    @exclusivity(unchecked) private var lastType: TypeID?
    @exclusivity(unchecked) private var lastArray: EntryArray?
    private var runs: [ListFamily: [SortedRun]] = [:]
    @exclusivity(unchecked) private var count = 0

    /// Sorting in memory needs as much again, beside the entries themselves.
    private static let bytesPerRelationship = 2 * MemoryLayout<ListEntry>.stride
    private static let leastBudget = 1 << 16
    /// The block of a run that is read at a time: at least, and where the budget allows it.
    private static let blockBytes = 24 << 10...24 << 15

    /// Temporary files are made in `directory` and need no cleaning up, also after a crash. The
    /// budget bounds the memory used; at least 64 KB.
    public init(directory: String, budgetBytes: Int) {
        self.directory = directory
        budget = max(budgetBytes, Self.leastBudget)
    }

    /// Takes one relationship.
    @inline(__always)
    public func add(
        type: TypeID, start: NodeID, end: NodeID, relationship: RelationshipID
    ) throws(StoreError) {
        array(type).append(ListEntry(node: start, neighbour: end, relationship: relationship))
        count += 1
        if count * Self.bytesPerRelationship >= budget { try spill() }
    }

    @inline(__always)
    private func array(_ type: TypeID) -> EntryArray {
        if type == lastType, let lastArray { return lastArray }
        let array = collected[type] ?? EntryArray()
        collected[type] = array
        lastType = type
        lastArray = array
        return array
    }

    /// Lends all entries, family by family (each type's outgoing lists, then its incoming ones) in
    /// ascending order, in sorted blocks that are valid inside `body` only. Once.
    public func drain(
        _ body: (TypeID, Direction, UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        if !runs.isEmpty { try spill() }
        let types = Set(collected.keys).union(runs.keys.map(\.type)).sorted()
        for type in types {
            for direction in Direction.allCases {
                if let spilled = runs.removeValue(forKey: ListFamily(type, direction)) {
                    try merge(spilled) { (block) throws(StoreError) in
                        try body(type, direction, block)
                    }
                } else if let array = collected[type] {
                    array.sort(direction)
                    try body(type, direction, array.entries)
                }
            }
            collected[type] = nil
        }
        lastType = nil
        lastArray = nil
    }

    // MARK: Runs on disk

    private func spill() throws(StoreError) {
        for (type, array) in collected {
            for direction in Direction.allCases {
                array.sort(direction)
                let run = try SortedRun(array.entries, directory: directory)
                runs[ListFamily(type, direction), default: []].append(run)
            }
        }
        collected.removeAll()
        lastType = nil
        lastArray = nil
        count = 0
    }

    private func merge(
        _ runs: [SortedRun],
        _ body: (UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        let share = budget / (runs.count + 1)
        let bytes = min(max(share, Self.blockBytes.lowerBound), Self.blockBytes.upperBound)
        let blockEntries = bytes / MemoryLayout<ListEntry>.stride
        var heap = RunHeap()
        for run in runs where try run.open(blockEntries: blockEntries) { heap.insert(run) }
        let block = UnsafeMutableBufferPointer<ListEntry>.allocate(capacity: blockEntries)
        defer { block.deallocate() }
        var filled = 0
        while let run = heap.least {
            block[filled] = run.head
            filled += 1
            if filled == block.count {
                try body(UnsafeBufferPointer(block))
                filled = 0
            }
            if try run.advance() { heap.sinkLeast() } else { heap.removeLeast() }
        }
        if filled > 0 { try body(UnsafeBufferPointer(rebasing: block[..<filled])) }
    }
}

extension EntryArray {
    /// Sorts outgoing lists first, then turns them into incoming ones.
    fileprivate func sort(_ direction: Direction) {
        switch direction {
        case .outgoing: sort()
        case .incoming: reverseDirection()
        }
    }
}

/// A sorted run in a file that has no name any more, so that it goes when the process does.
private final class SortedRun {
    private let file: Int32
    private var unread: Int
    private var offset: off_t = 0
    private var block: UnsafeMutableBufferPointer<ListEntry>
    private var index = 0
    private var loaded = 0

    init(_ entries: UnsafeBufferPointer<ListEntry>, directory: String) throws(StoreError) {
        var template = ContiguousArray((directory + "/sort-XXXXXX").utf8CString)
        let descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
        guard descriptor >= 0 else { throw Self.failure("make a temporary file in \(directory)") }
        _ = template.withUnsafeBufferPointer { unlink($0.baseAddress!) }
        file = descriptor
        unread = entries.count
        block = .allocate(capacity: 0)
        var bytes = UnsafeRawBufferPointer(entries)
        while bytes.count > 0 {
            let written = write(file, bytes.baseAddress!, bytes.count)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure("write a sorted run in \(directory)") }
            bytes = UnsafeRawBufferPointer(rebasing: bytes[written...])
        }
    }

    deinit {
        close(file)
        block.deallocate()
    }

    private static func failure(_ doing: String) -> StoreError {
        .storage(LMDBError(code: errno, doing: doing))
    }

    var head: ListEntry { block[index] }

    /// Reads the first block. False where the run is empty.
    func open(blockEntries: Int) throws(StoreError) -> Bool {
        block = .allocate(capacity: blockEntries)
        return try load()
    }

    /// To the next entry. False at the end.
    func advance() throws(StoreError) -> Bool {
        index += 1
        return index < loaded ? true : try load()
    }

    private func load() throws(StoreError) -> Bool {
        loaded = min(unread, block.count)
        index = 0
        guard loaded > 0 else { return false }
        unread -= loaded
        guard var target = UnsafeMutableRawPointer(block.baseAddress) else { return false }
        var missing = loaded * MemoryLayout<ListEntry>.stride
        while missing > 0 {
            let count = pread(file, target, missing, offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read a sorted run") }
            target += count
            missing -= count
            offset += off_t(count)
        }
        return true
    }
}

/// Runs by their heads, the least on top.
private struct RunHeap {
    private var runs: ContiguousArray<SortedRun> = []

    var least: SortedRun? { runs.first }

    mutating func insert(_ run: SortedRun) {
        runs.append(run)
        var child = runs.count - 1
        while child > 0, runs[child].head < runs[(child - 1) / 2].head {
            runs.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeLeast() {
        runs.swapAt(0, runs.count - 1)
        runs.removeLast()
        sinkLeast()
    }

    /// Restores the order after the top's head has grown.
    mutating func sinkLeast() {
        var parent = 0
        while 2 * parent + 1 < runs.count {
            var child = 2 * parent + 1
            if child + 1 < runs.count, runs[child + 1].head < runs[child].head { child += 1 }
            guard runs[child].head < runs[parent].head else { return }
            runs.swapAt(parent, child)
            parent = child
        }
    }
}
