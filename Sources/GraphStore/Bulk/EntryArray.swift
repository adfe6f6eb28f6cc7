/// Entries in one growing block of memory, with a radix sort.
final class EntryArray {
    private var memory: UnsafeMutablePointer<ListEntry>
    private var capacity = 1 << 12
    private var count = 0

    init() { memory = .allocate(capacity: capacity) }

    deinit { memory.deallocate() }

    var entries: UnsafeBufferPointer<ListEntry> {
        UnsafeBufferPointer(start: memory, count: count)
    }

    @inline(__always)
    func append(_ entry: ListEntry) {
        if count == capacity { grow() }
        memory[count] = entry
        count &+= 1
    }

    private func grow() {
        let larger = UnsafeMutablePointer<ListEntry>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }

    // MARK: Sorting

    /// Fewer entries are sorted by comparison.
    private static let fewEntries = 512

    /// By node, neighbour, relationship. Linear: a stable pass for each byte in which the entries
    /// differ, the last bytes first.
    func sort() {
        if count < Self.fewEntries { return sortFew() }
        withPasses { passes in
            // Importers number relationships as they come: then those are in order already.
            if !passes.isSorted(by: { $0.2 }) { passes.sort { $0.2 } }
            passes.sort { $0.1 }
            passes.sort { $0.0 }
        }
    }

    /// Turns sorted entries round, so that they are the lists seen from the other end, and sorts
    /// them again: equal nodes are in the order of their neighbours already.
    func reverseDirection() {
        for index in 0..<count {
            let entry = memory[index]
            memory[index].node = entry.neighbour
            memory[index].neighbour = entry.node
        }
        if count < Self.fewEntries { return sortFew() }
        withPasses { $0.sort { $0.0 } }
    }

    private func sortFew() {
        var entries = UnsafeMutableBufferPointer(start: memory, count: count)
        entries.sort { $0 < $1 }
    }

    @inline(__always)
    private func withPasses(_ body: (inout RadixPasses) -> Void) {
        // The passes see an entry as three words, in the order of its fields.
        memory.withMemoryRebound(to: Words.self, capacity: count) { words in
            let other = UnsafeMutablePointer<Words>.allocate(capacity: count)
            defer { other.deallocate() }
            var passes = RadixPasses(from: words, to: other, count: count)
            body(&passes)
            if passes.source != words { words.update(from: passes.source, count: count) }
        }
    }
}

private typealias Words = (UInt64, UInt64, UInt64)

/// Stable counting sorts by single bytes, from one block of memory to another and back.
private struct RadixPasses {
    private(set) var source: UnsafeMutablePointer<Words>
    private var target: UnsafeMutablePointer<Words>
    private let count: Int

    init(
        from source: UnsafeMutablePointer<Words>, to target: UnsafeMutablePointer<Words>,
        count: Int
    ) {
        self.source = source
        self.target = target
        self.count = count
    }

    @inline(__always)
    func isSorted(by field: (Words) -> UInt64) -> Bool {
        var index = 1
        while index < count {
            if field(source[index]) < field(source[index &- 1]) { return false }
            index &+= 1
        }
        return true
    }

    @inline(__always)
    mutating func sort(by field: (Words) -> UInt64) {
        // Bytes in which all agree need no pass.
        var (all, any) = (UInt64.max, UInt64(0))
        for index in 0..<count {
            let value = field(source[index])
            all &= value
            any |= value
        }
        var shift: UInt64 = 0
        while shift < 64 {
            if ((all ^ any) >> shift) & 0xFF != 0 { pass(shift, by: field) }
            shift += 8
        }
    }

    @inline(__always)
    private mutating func pass(_ shift: UInt64, by field: (Words) -> UInt64) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { places in
            places.initialize(repeating: 0)
            for index in 0..<count {
                places[Int(truncatingIfNeeded: (field(source[index]) >> shift) & 0xFF)] &+= 1
            }
            var place = 0
            for digit in 0..<256 {
                let size = places[digit]
                places[digit] = place
                place &+= size
            }
            for index in 0..<count {
                let entry = source[index]
                let digit = Int(truncatingIfNeeded: (field(entry) >> shift) & 0xFF)
                target[places[digit]] = entry
                places[digit] &+= 1
            }
        }
        swap(&source, &target)
    }
}
