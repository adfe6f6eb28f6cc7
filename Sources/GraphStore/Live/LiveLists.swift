import Foundation
internal import Synchronization

/// All lists of one family in memory, as of one place in the change log: compressed sparse rows.
///
/// ```
/// node            first          first + 1        …
/// offsets      │ 0              3               5 …       u32
///                │              │               │
/// neighbours   │ 12  40  41     7   40          …         u32, or u64 where an id needs it
/// relationships│  3   9   0     5    8          …         the same
/// ```
///
/// The lists never change. Nodes whose lists have changed since are *touched*: a reader adds what
/// the change log says of them, as it does to chunks. Touched marks are only ever set, before any
/// view can see the change, so one base serves all snapshots from its own on; one that is too old
/// for a mark finds nothing to add.
final class LiveLists: @unchecked Sendable {
    // Sendable: only the marks change, and they are atomic.

    /// The lists without their owner: hot loops hold this, so that no reference is counted.
    struct View {
        fileprivate(set) var first: NodeID
        /// Nodes from `first` on that have a place; others have no list here.
        fileprivate(set) var nodeCount: UInt64
        /// List i is at `offsets[i] ..< offsets[i + 1]`.
        fileprivate(set) var offsets: UnsafePointer<UInt32>
        /// Bytes of an id: 4 or 8.
        fileprivate(set) var width: Int
        fileprivate(set) var neighbours: UnsafeRawPointer
        fileprivate(set) var relationships: UnsafeRawPointer
        fileprivate var touched: UnsafeMutablePointer<Atomic<UInt64>>

        @inline(__always)
        func range(_ node: NodeID) -> (start: Int, count: Int) {
            let slot = node &- first
            guard slot < nodeCount else { return (0, 0) }
            let start = Int(offsets[Int(slot)])
            return (start, Int(offsets[Int(slot) &+ 1]) &- start)
        }

        /// The node's list, or nil where it is empty.
        @inline(__always)
        func chunk(_ node: NodeID) -> Chunk? {
            let (start, count) = range(node)
            return count == 0 ? nil : chunk(start, count)
        }

        @inline(__always)
        func chunk(_ start: Int, _ count: Int) -> Chunk {
            Chunk(
                whole: count,
                PackedColumn(base: 0, width: width, bytes: neighbours + start &* width),
                PackedColumn(base: 0, width: width, bytes: relationships + start &* width))
        }

        /// Whether the change log may have more to say of the node's list.
        @inline(__always)
        func isTouched(_ node: NodeID) -> Bool {
            let slot = node &- first
            guard slot < nodeCount else { return true }
            let word = touched[Int(slot >> 6)].load(ordering: .relaxed)
            return word >> (slot & 63) & 1 != 0
        }

        /// The smallest node not below `node` that has a list.
        func nextNode(from node: NodeID) -> NodeID? {
            var slot = node > first ? node - first : 0
            while slot < nodeCount, offsets[Int(slot)] == offsets[Int(slot) + 1] { slot += 1 }
            return slot < nodeCount ? first + slot : nil
        }
    }

    let view: View
    let count: Int
    let byteCount: Int

    fileprivate init(_ builder: consuming LiveListsBuilder) {
        let nodeCount = builder.slots
        let words = nodeCount / 64 + 1
        let marks = UnsafeMutableRawPointer.allocate(byteCount: words * 8, alignment: 8)
        marks.initializeMemory(as: UInt64.self, repeating: 0, count: words)
        count = builder.count
        byteCount = (nodeCount + 1) * 4 + count * builder.width * 2 + words * 8
        let (first, width) = (builder.first, builder.width)
        view = View(
            first: first, nodeCount: UInt64(nodeCount),
            offsets: UnsafePointer(
                builder.offsets.give().bindMemory(to: UInt32.self, capacity: nodeCount + 1)),
            width: width, neighbours: UnsafeRawPointer(builder.neighbours.give()),
            relationships: UnsafeRawPointer(builder.relationships.give()),
            // An atomic word is laid out as a word and needs no destruction.
            touched: marks.bindMemory(to: Atomic<UInt64>.self, capacity: words))
    }

    deinit {
        free(UnsafeMutableRawPointer(mutating: view.offsets))
        free(UnsafeMutableRawPointer(mutating: view.neighbours))
        free(UnsafeMutableRawPointer(mutating: view.relationships))
        UnsafeMutableRawPointer(view.touched).deallocate()
    }

    /// Marks the run's nodes. One thread at a time.
    func touch(_ run: PendingRun.View) {
        for part in 0..<run.nodeCount {
            let slot = run.nodes[part] &- view.first
            guard slot < view.nodeCount else { continue }
            let word = Int(slot >> 6)
            let marks = view.touched[word].load(ordering: .relaxed) | 1 << (slot & 63)
            view.touched[word].store(marks, ordering: .relaxed)
        }
    }

    /// The same lists with later changes folded in; nil past the limit. Linear, about a
    /// nanosecond for an entry.
    func folding(_ run: PendingRun, byteLimit: Int) -> LiveLists? {
        let bounds = LiveListsBuilder.Bounds(
            byteLimit: byteLimit, expected: count + run.entryCount)
        return LiveListsBuilder.build(bounds) { builder in
            let run = run.view
            var delta = ListDelta()
            var slot = 0
            for part in 0..<run.nodeCount {
                let node = run.nodes[part]
                let end = node > view.first ? min(node - view.first, view.nodeCount) : 0
                guard builder.append(view, slots: slot..<max(slot, Int(end))) else { return false }
                delta.settle(run.entries(of: part))
                guard builder.append(node, view.chunk(node), delta) else { return false }
                slot = max(slot, node < view.first ? 0 : Int(end) + 1)
            }
            let end = Int(view.nodeCount)
            return builder.append(view, slots: min(slot, end)..<end)
        }
    }
}

/// Collects lists in the order of their nodes.
struct LiveListsBuilder: ~Copyable {
    /// What is given up rather than passed.
    struct Bounds {
        var byteLimit: Int
        /// Entries to make room for at once: how many there probably are.
        var expected = 0
        /// Nodes from the first list to the last: types with few lists far apart are not worth it.
        var span: Int = .max
    }

    fileprivate let width: Int
    fileprivate private(set) var first: NodeID = 0
    /// Nodes that have a place so far.
    fileprivate private(set) var slots = 0
    fileprivate private(set) var count = 0
    fileprivate var offsets = GrowingMemory()
    fileprivate var neighbours: GrowingMemory
    fileprivate var relationships: GrowingMemory
    private let bounds: Bounds
    /// An id does not fit the width.
    private var isTooNarrow = false

    private init(width: Int, _ bounds: Bounds) {
        self.width = width
        self.bounds = bounds
        let bytes = min(bounds.expected * width, bounds.byteLimit / 2)
        neighbours = GrowingMemory(capacity: bytes)
        relationships = GrowingMemory(capacity: bytes)
    }

    /// Lets `fill` append all lists, which returns false where it is to be given up. It may be
    /// called again, for wider ids. Nil past the bounds.
    static func build(
        _ bounds: Bounds, _ fill: (inout LiveListsBuilder) -> Bool
    ) -> LiveLists? {
        for width in [4, 8] {
            var builder = LiveListsBuilder(width: width, bounds)
            if fill(&builder) { return builder.finish() }
            guard builder.isTooNarrow else { return nil }
        }
        return nil
    }

    private consuming func finish() -> LiveLists {
        mark(slots)
        offsets.trim(to: (slots + 1) * 4)
        neighbours.trim(to: count * width)
        relationships.trim(to: count * width)
        return LiveLists(self)
    }

    // MARK: Lists

    /// Begins the list of a node behind all earlier ones. False past the bounds.
    mutating func begin(_ node: NodeID) -> Bool {
        if slots == 0 { first = node }
        let slot = node - first
        guard slot < UInt64(bounds.span), slot < UInt64(UInt32.max), reserve(0, Int(slot) + 2)
        else { return false }
        // Nodes without a list, and this one.
        while slots <= Int(slot) {
            mark(slots)
            slots += 1
        }
        return true
    }

    /// Appends a part of the list that was begun.
    @inline(__always)
    mutating func append(_ chunk: Chunk) -> Bool {
        guard reserve(chunk.count, slots + 1), fits(chunk) else { return false }
        if width == 4 {
            decode(chunk, UInt32.self)
        } else {
            decode(chunk, UInt64.self)
        }
        count += chunk.count
        return true
    }

    @inline(__always)
    private mutating func decode<ID: FixedWidthInteger>(_ chunk: Chunk, _: ID.Type) {
        let offset = count * width
        chunk.neighbours.decode(
            0, chunk.count, into: (neighbours.memory + offset).assumingMemoryBound(to: ID.self))
        chunk.relationships.decode(
            0, chunk.count, into: (relationships.memory + offset).assumingMemoryBound(to: ID.self))
    }

    private mutating func fits(_ chunk: Chunk) -> Bool {
        if width == 8 { return true }
        isTooNarrow =
            chunk.neighbours[chunk.count - 1] > UInt64(UInt32.max)
            || !chunk.relationships.fitsFourBytes(chunk.count)
        return !isTooNarrow
    }

    /// Appends lists of another family's view whole, as they are.
    mutating func append(_ view: LiveLists.View, slots range: Range<Int>) -> Bool {
        guard !range.isEmpty else { return true }
        let start = Int(view.offsets[range.lowerBound])
        let added = Int(view.offsets[range.upperBound]) - start
        guard begin(view.first + UInt64(range.lowerBound)),
            reserve(added, slots + range.count + 1)
        else { return false }
        if view.width == width {
            let (offset, bytes) = (count * width, added * width)
            (neighbours.memory + offset).copyMemory(
                from: view.neighbours + start * width, byteCount: bytes)
            (relationships.memory + offset).copyMemory(
                from: view.relationships + start * width, byteCount: bytes)
            count += added
        } else if added > 0, !append(view.chunk(start, added)) {
            return false
        }
        let shift = count - added - start
        for slot in range.dropFirst() {
            let offset = UInt32(Int(view.offsets[slot]) + shift)
            offsets.memory.storeBytes(of: offset, toByteOffset: slots * 4, as: UInt32.self)
            slots += 1
        }
        return true
    }

    /// Appends one list, changed.
    mutating func append(_ node: NodeID, _ chunk: Chunk?, _ delta: ListDelta) -> Bool {
        guard begin(node), reserve((chunk?.count ?? 0) + delta.additions.count, slots + 1) else {
            return false
        }
        var (addition, removal) = (0, 0)
        for index in 0..<(chunk?.count ?? 0) {
            guard let chunk else { break }
            let (neighbour, relationship) = (chunk.neighbours[index], chunk.relationships[index])
            while addition < delta.additions.count,
                delta.additions[addition].isBefore(neighbour, relationship)
            {
                guard append(delta.additions[addition]) else { return false }
                addition += 1
            }
            if removal < delta.removals.count,
                delta.removals[removal].neighbour == neighbour,
                delta.removals[removal].relationship == relationship
            {
                removal += 1
                continue
            }
            guard append(neighbour, relationship) else { return false }
        }
        for entry in delta.additions[addition...] {
            guard append(entry) else { return false }
        }
        return true
    }

    private mutating func append(_ entry: PendingEntry) -> Bool {
        append(entry.neighbour, entry.relationship)
    }

    private mutating func append(_ neighbour: NodeID, _ relationship: RelationshipID) -> Bool {
        if width == 4 {
            guard let neighbour = UInt32(exactly: neighbour),
                let relationship = UInt32(exactly: relationship)
            else {
                isTooNarrow = true
                return false
            }
            neighbours.memory.storeBytes(of: neighbour, toByteOffset: count * 4, as: UInt32.self)
            relationships.memory.storeBytes(
                of: relationship, toByteOffset: count * 4, as: UInt32.self)
        } else {
            neighbours.memory.storeBytes(of: neighbour, toByteOffset: count * 8, as: UInt64.self)
            relationships.memory.storeBytes(
                of: relationship, toByteOffset: count * 8, as: UInt64.self)
        }
        count += 1
        return true
    }

    // MARK: Memory

    /// Writes where the list of `slot` begins.
    private mutating func mark(_ slot: Int) {
        offsets.reserve((slot + 1) * 4)
        offsets.memory.storeBytes(of: UInt32(count), toByteOffset: slot * 4, as: UInt32.self)
    }

    /// Makes room for more entries, and for so many offsets. False past the bounds.
    @inline(__always)
    private mutating func reserve(_ entries: Int, _ offsetCount: Int) -> Bool {
        let all = count + entries
        guard all < Int(UInt32.max), offsetCount * 4 + all * width * 2 <= bounds.byteLimit else {
            return false
        }
        offsets.reserve(offsetCount * 4)
        neighbours.reserve(all * width)
        relationships.reserve(all * width)
        return true
    }
}

/// Bytes that grow. Large ones lie in large pages where the system has some: reads at random miss
/// the processor's table of pages less.
private struct GrowingMemory: ~Copyable {
    private(set) var memory: UnsafeMutableRawPointer
    private var capacity: Int

    private static let largePage = 2 << 20

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 64)
        memory = Self.allocate(self.capacity)
    }

    deinit { free(memory) }

    /// The memory, which is then the caller's to free.
    consuming func give() -> UnsafeMutableRawPointer {
        let memory = memory
        discard self
        return memory
    }

    @inline(__always)
    mutating func reserve(_ bytes: Int) {
        if bytes > capacity { grow(to: max(bytes, capacity * 2)) }
    }

    private mutating func grow(to bytes: Int) {
        let larger = Self.allocate(bytes)
        larger.copyMemory(from: memory, byteCount: capacity)
        free(memory)
        memory = larger
        capacity = bytes
    }

    /// Gives back what lies behind.
    mutating func trim(to bytes: Int) {
        guard let smaller = realloc(memory, max(bytes, 1)) else { return }
        memory = smaller
        capacity = bytes
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let isLarge = bytes >= largePage * 2
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, isLarge ? largePage : 64, bytes) == 0, let memory else {
            fatalError("no memory is left for live adjacency")
        }
        #if os(Linux)
            // A hint: what comes of it does not matter.
            if isLarge { _ = madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
        #endif
        return memory
    }
}

extension PendingEntry {
    fileprivate func isBefore(_ neighbour: NodeID, _ relationship: RelationshipID) -> Bool {
        self.neighbour < neighbour
            || self.neighbour == neighbour && self.relationship < relationship
    }
}
