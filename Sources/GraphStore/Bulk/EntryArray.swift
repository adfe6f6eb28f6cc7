internal import Foundation

/// Entries in one growing block of memory, with a radix sort.
final class EntryArray {
    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private var memory: UnsafeMutablePointer<ListEntry>
    @exclusivity(unchecked) private var capacity = 1 << 12
    @exclusivity(unchecked) private var count = 0

    init() { memory = Self.allocate(1 << 12) }

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
        let larger = Self.allocate(capacity * 2)
        larger.moveInitialize(from: memory, count: count)
        memory.deallocate()
        memory = larger
        capacity *= 2
    }

    // MARK: Sorting

    /// Fewer entries are sorted by comparison.
    private static let fewEntries = 512

    /// By node, neighbour, relationship. Linear: a stable pass for each digit in which the entries
    /// differ, the last digits first.
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
        let words = UnsafeMutableRawPointer(memory).bindMemory(to: Words.self, capacity: count)
        let other = UnsafeMutableRawPointer(Self.allocate(count))
        var passes = RadixPasses(
            from: words, to: other.bindMemory(to: Words.self, capacity: count), count: count)
        body(&passes)
        if passes.source == words {
            other.deallocate()
        } else {
            capacity = count
            words.deallocate()
        }
        memory = UnsafeMutableRawPointer(passes.source)
            .bindMemory(to: ListEntry.self, capacity: capacity)
    }

    /// Large blocks lie on large pages where the system has them: the passes jump about in them.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<ListEntry> {
        let bytes = capacity * MemoryLayout<ListEntry>.stride
        let isLarge = bytes >= largePageBytes
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: isLarge ? largePageBytes : 16)
        if isLarge { madvise(block, bytes, Int32(MADV_HUGEPAGE)) }
        return block.bindMemory(to: ListEntry.self, capacity: capacity)
    }

    private static let largePageBytes = 2 << 20
}

private typealias Words = (UInt64, UInt64, UInt64)

/// Stable counting sorts by digits of some bits, from one block of memory to another and back.
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

    /// The places of 2,048 digits fit into the first-level cache, and ids of 22 bits take two passes.
    private static var digitBits: UInt64 { 11 }
    private static var digits: Int { 1 << 11 }
    private static var digitMask: UInt64 { (1 << 11) - 1 }

    @inline(__always)
    private static func digit(_ value: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: (value >> shift) & digitMask)
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
        // Digits in which all agree need no pass.
        var (all, any) = (UInt64.max, UInt64(0))
        for index in 0..<count {
            let value = field(source[index])
            all &= value
            any |= value
        }
        var shift: UInt64 = 0
        while shift < 64 {
            if ((all ^ any) >> shift) & Self.digitMask != 0 { pass(shift, by: field) }
            shift += Self.digitBits
        }
    }

    @inline(__always)
    private mutating func pass(_ shift: UInt64, by field: (Words) -> UInt64) {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.digits) { places in
            places.initialize(repeating: 0)
            for index in 0..<count {
                places[Self.digit(field(source[index]), shift)] &+= 1
            }
            var place = 0
            for digit in 0..<Self.digits {
                let size = places[digit]
                places[digit] = place
                place &+= size
            }
            for index in 0..<count {
                let entry = source[index]
                let digit = Self.digit(field(entry), shift)
                target[places[digit]] = entry
                places[digit] &+= 1
            }
        }
        swap(&source, &target)
    }
}
