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

    let width: Int
    private(set) var first: NodeID = 0
    /// Nodes that have a place so far.
    private(set) var slots = 0
    private(set) var count = 0
    private(set) var offsets = GrowingMemory()
    private(set) var neighbours: GrowingMemory
    private(set) var relationships: GrowingMemory
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

extension PendingEntry {
    fileprivate func isBefore(_ neighbour: NodeID, _ relationship: RelationshipID) -> Bool {
        self.neighbour < neighbour
            || self.neighbour == neighbour && self.relationship < relationship
    }
}
