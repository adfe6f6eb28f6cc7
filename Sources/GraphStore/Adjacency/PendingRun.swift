/// A change to one list: which entry appeared or went, and when.
struct PendingEntry: Sendable {
    var neighbour: NodeID
    var relationship: RelationshipID
    /// The sequence number, and in the lowest bit whether the entry went.
    private var tag: UInt64

    init(
        neighbour: NodeID, relationship: RelationshipID, sequence: UInt64, isRemoval: Bool
    ) {
        self.neighbour = neighbour
        self.relationship = relationship
        tag = sequence << 1 | (isRemoval ? 1 : 0)
    }

    var sequence: UInt64 { tag >> 1 }
    var isRemoval: Bool { tag & 1 != 0 }

    @inline(__always)
    func isSameEntry(as other: PendingEntry) -> Bool {
        neighbour == other.neighbour && relationship == other.relationship
    }

    /// By neighbour, then relationship, then sequence: the order of lists, oldest change first.
    @inline(__always)
    static func < (a: PendingEntry, b: PendingEntry) -> Bool {
        if a.neighbour != b.neighbour { return a.neighbour < b.neighbour }
        if a.relationship != b.relationship { return a.relationship < b.relationship }
        return a.tag < b.tag
    }
}

/// The changes to the lists of one family over a range of sequence numbers, sorted by node and
/// entry, with a hash table from the node to its part. Immutable, so any thread may read it.
///
/// Every change is kept, also an insertion whose removal follows: a snapshot whose watermark lies
/// between the two needs the removal alone.
final class PendingRun: @unchecked Sendable {
    // Sendable: nothing writes to the memory between init and deinit.

    /// The run without its owner: hot loops hold this, so that no reference is counted per node.
    struct View {
        fileprivate(set) var nodes: UnsafePointer<NodeID>
        fileprivate(set) var nodeCount: Int
        /// Part i is `entries[starts[i] ..< starts[i + 1]]`.
        fileprivate(set) var starts: UnsafePointer<Int32>
        /// Insertions less removals of each part.
        fileprivate(set) var degrees: UnsafePointer<Int32>
        fileprivate(set) var entries: UnsafePointer<PendingEntry>
        /// Part numbers plus one by the node's hash; 0 is free. At least half are free.
        fileprivate var slots: UnsafePointer<Int32>
        fileprivate var hashShift: UInt64

        /// The node's part, or -1. A few nanoseconds.
        @inline(__always)
        func part(of node: NodeID) -> Int {
            let mask = (1 << (64 &- hashShift)) &- 1
            var slot = Int(truncatingIfNeeded: PendingRun.hash(node) >> hashShift)
            while slots[slot] != 0 {
                let part = Int(slots[slot]) &- 1
                if nodes[part] == node { return part }
                slot = (slot &+ 1) & Int(mask)
            }
            return -1
        }

        @inline(__always)
        func entries(of part: Int) -> UnsafeBufferPointer<PendingEntry> {
            let start = Int(starts[part])
            return UnsafeBufferPointer(
                start: entries + start, count: Int(starts[part &+ 1]) &- start)
        }

        /// The first part whose node is not less.
        func firstPart(from node: NodeID) -> Int {
            var (lower, upper) = (0, nodeCount)
            while lower < upper {
                let middle = (lower + upper) / 2
                if nodes[middle] < node { lower = middle + 1 } else { upper = middle }
            }
            return lower
        }
    }

    let view: View
    var entryCount: Int { Int(view.starts[view.nodeCount]) }

    @inline(__always)
    fileprivate static func hash(_ node: NodeID) -> UInt64 { node &* 0x9E37_79B9_7F4A_7C15 }

    deinit {
        view.nodes.deallocate()
        view.starts.deallocate()
        view.degrees.deallocate()
        view.entries.deallocate()
        view.slots.deallocate()
    }

    /// Collects entries that come in order.
    struct Builder {
        private var nodes: ContiguousArray<NodeID> = []
        private var starts: ContiguousArray<Int32> = []
        private var degrees: ContiguousArray<Int32> = []
        private var entries: ContiguousArray<PendingEntry> = []

        init(capacity: Int) { entries.reserveCapacity(capacity) }

        var isEmpty: Bool { entries.isEmpty }

        mutating func append(_ node: NodeID, _ entry: PendingEntry) {
            if nodes.last != node {
                nodes.append(node)
                starts.append(Int32(entries.count))
                degrees.append(0)
            }
            degrees[degrees.count - 1] += entry.isRemoval ? -1 : 1
            entries.append(entry)
        }

        consuming func finish() -> PendingRun {
            starts.append(Int32(entries.count))
            return PendingRun(nodes, starts, degrees, entries)
        }
    }

    private init(
        _ nodes: ContiguousArray<NodeID>, _ starts: ContiguousArray<Int32>,
        _ degrees: ContiguousArray<Int32>, _ entries: ContiguousArray<PendingEntry>
    ) {
        var bits: UInt64 = 1
        while 1 << bits < nodes.count * 2 { bits += 1 }
        let slots = UnsafeMutablePointer<Int32>.allocate(capacity: 1 << bits)
        slots.initialize(repeating: 0, count: 1 << bits)
        for (part, node) in nodes.enumerated() {
            var slot = Int(Self.hash(node) >> (64 - bits))
            while slots[slot] != 0 { slot = (slot + 1) & (1 << bits - 1) }
            slots[slot] = Int32(part + 1)
        }
        view = View(
            nodes: Self.copy(nodes), nodeCount: nodes.count, starts: Self.copy(starts),
            degrees: Self.copy(degrees), entries: Self.copy(entries),
            slots: UnsafePointer(slots), hashShift: 64 - bits)
    }

    private static func copy<T: BitwiseCopyable>(_ array: ContiguousArray<T>) -> UnsafePointer<T> {
        let memory = UnsafeMutablePointer<T>.allocate(capacity: max(array.count, 1))
        array.withUnsafeBufferPointer { source in
            if let start = source.baseAddress {
                memory.initialize(from: start, count: source.count)
            }
        }
        return UnsafePointer(memory)
    }

    // MARK: Making new runs from old ones

    /// Both runs' changes. Linear.
    static func merged(_ a: PendingRun, _ b: PendingRun) -> PendingRun {
        var builder = Builder(capacity: a.entryCount + b.entryCount)
        let (left, right) = (a.view, b.view)
        var (i, j) = (0, 0)
        while i < left.nodeCount || j < right.nodeCount {
            if j == right.nodeCount || i < left.nodeCount && left.nodes[i] < right.nodes[j] {
                for entry in left.entries(of: i) { builder.append(left.nodes[i], entry) }
                i += 1
            } else if i == left.nodeCount || right.nodes[j] < left.nodes[i] {
                for entry in right.entries(of: j) { builder.append(right.nodes[j], entry) }
                j += 1
            } else {
                forEachMerged(left.entries(of: i), right.entries(of: j)) {
                    builder.append(left.nodes[i], $0)
                }
                i += 1
                j += 1
            }
        }
        return builder.finish()
    }

    @inline(__always)
    static func forEachMerged(
        _ a: UnsafeBufferPointer<PendingEntry>, _ b: UnsafeBufferPointer<PendingEntry>,
        _ body: (PendingEntry) -> Void
    ) {
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            if b[j] < a[i] {
                body(b[j])
                j += 1
            } else {
                body(a[i])
                i += 1
            }
        }
        while i < a.count {
            body(a[i])
            i += 1
        }
        while j < b.count {
            body(b[j])
            j += 1
        }
    }

    /// The changes whose numbers lie in `range`; nil where there are none. Linear.
    func restricted(to range: Range<UInt64>) -> PendingRun? {
        var builder = Builder(capacity: entryCount)
        for part in 0..<view.nodeCount {
            for entry in view.entries(of: part) where range.contains(entry.sequence) {
                builder.append(view.nodes[part], entry)
            }
        }
        return builder.isEmpty ? nil : builder.finish()
    }
}
