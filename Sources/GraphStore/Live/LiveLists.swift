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
final class LiveLists: SnapshotPart, @unchecked Sendable {
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

        @inline(__always)
        func neighbours(_ start: Int, _ count: Int) -> NeighbourRun {
            let bytes = neighbours + start &* width
            return width == 4
                ? .narrow(
                    UnsafeBufferPointer(
                        start: bytes.assumingMemoryBound(to: UInt32.self), count: count))
                : .wide(
                    UnsafeBufferPointer(
                        start: bytes.assumingMemoryBound(to: NodeID.self), count: count))
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
    let identity = Identity()

    /// Those of all lists, one after the other.
    var relationships: PackedColumn { view.chunk(0, count).relationships }

    init(_ builder: consuming LiveListsBuilder) {
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

    /// Parts of a family's lists, in the order of their nodes, as one; nil past the limit. Until it
    /// is done they take their memory twice.
    static func joining(_ parts: [LiveLists], _ bounds: LiveListsBuilder.Bounds) -> LiveLists? {
        if parts.count == 1 { return parts[0] }
        return LiveListsBuilder.build(bounds) { builder in
            parts.allSatisfy { builder.append($0.view, slots: 0..<Int($0.view.nodeCount)) }
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
