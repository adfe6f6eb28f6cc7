internal import Foundation

/// Words that hold the ids of an import: 32 bits where they fit, which nearly all do and which
/// halves what sorting moves about, else 64.
typealias EntryWord = FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable

/// One relationship as the sorter keeps it.
struct SortEntry<Word: EntryWord>: BitwiseCopyable {
    var start: Word
    var end: Word
    var relationship: Word
}

/// Relationships of one type as they come, in segments that are never moved.
final class EntryArray<Word: EntryWord> {
    typealias Entry = SortEntry<Word>

    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private var segments: [EntryBlock<Word>]
    @exclusivity(unchecked) private var memory: UnsafeMutablePointer<Entry>
    @exclusivity(unchecked) private var free: Int
    /// All bits that occur in the ends' ids.
    @exclusivity(unchecked) private var bits = Entry(start: 0, end: 0, relationship: 0)
    @exclusivity(unchecked) private var last: Word = 0
    @exclusivity(unchecked) private var isInOrder = true

    /// A segment is twice as large as the one before, within these.
    private static var segmentEntries: ClosedRange<Int> { 1 << 10...1 << 17 }

    init() {
        let first = EntryBlock<Word>(capacity: Self.segmentEntries.lowerBound)
        segments = [first]
        memory = first.memory
        free = first.capacity
    }

    @inline(__always)
    func append(_ entry: Entry) {
        if free == 0 { addSegment() }
        memory.initialize(to: entry)
        memory += 1
        free &-= 1
        bits.start |= entry.start
        bits.end |= entry.end
        bits.relationship |= entry.relationship
        // Importers number relationships as they come: then those need no sorting.
        if entry.relationship < last { isInOrder = false }
        last = entry.relationship
    }

    private func addSegment() {
        let full = segments[segments.count - 1]
        full.count = full.capacity
        let next = EntryBlock<Word>(
            capacity: min(full.capacity * 2, Self.segmentEntries.upperBound))
        segments.append(next)
        memory = next.memory
        free = next.capacity
    }

    /// The entries by start, end and relationship. Linear. The array is empty afterwards, so that
    /// two thirds of the memory that sorting takes is what it held.
    func sorted() -> SortedBlock<Word> {
        let partial = segments[segments.count - 1]
        partial.count = partial.capacity - free
        var passes = RadixPasses(segments)
        segments = [EntryBlock(capacity: 0)]
        free = 0
        if !isInOrder { passes.sort(bits: bits.relationship) { $0.relationship } }
        passes.sort(bits: bits.end) { $0.end }
        passes.sort(bits: bits.start) { $0.start }
        return SortedBlock(passes.result, bits, .outgoing)
    }
}

/// Memory for entries. Large blocks lie on large pages where the system has them: the passes jump
/// about in them.
final class EntryBlock<Word: EntryWord> {
    let memory: UnsafeMutablePointer<SortEntry<Word>>
    let capacity: Int
    @exclusivity(unchecked) fileprivate(set) var count = 0

    init(capacity: Int) {
        let bytes = max(1, capacity) * MemoryLayout<SortEntry<Word>>.stride
        let isLarge = bytes >= largePageBytes
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: isLarge ? largePageBytes : 16)
        if isLarge { madvise(block, bytes, Int32(MADV_HUGEPAGE)) }
        memory = block.bindMemory(to: SortEntry<Word>.self, capacity: capacity)
        self.capacity = capacity
    }

    deinit { memory.deallocate() }
}

private let largePageBytes = 2 << 20

/// One family's entries in order, in memory.
final class SortedBlock<Word: EntryWord>: @unchecked Sendable {
    // Sendable: nobody writes to what is sorted.
    private let block: EntryBlock<Word>
    private let bits: SortEntry<Word>
    private let direction: Direction

    /// Entries that are lent at a time: few enough to stay in the second-level cache.
    private static var lentEntries: Int { 4_096 }

    fileprivate init(
        _ block: EntryBlock<Word>, _ bits: SortEntry<Word>, _ direction: Direction
    ) {
        self.block = block
        self.bits = bits
        self.direction = direction
    }

    /// From outgoing lists to incoming ones, while others still read these: equal ends are in the
    /// order of their starts already.
    func turned() -> SortedBlock {
        var passes = RadixPasses([block])
        passes.sort(bits: bits.end) { $0.end }
        return SortedBlock(passes.result, bits, .incoming)
    }

    func forEachBlock(
        _ body: (UnsafeBufferPointer<ListEntry>) throws(StoreError) -> Void
    ) throws(StoreError) {
        let lent = UnsafeMutableBufferPointer<ListEntry>.allocate(capacity: Self.lentEntries)
        defer { lent.deallocate() }
        var first = 0
        while first < block.count {
            let count = min(lent.count, block.count - first)
            let entries = block.memory + first
            switch direction {
            case .outgoing:
                for index in 0..<count {
                    lent[index] = ListEntry(
                        node: NodeID(entries[index].start),
                        neighbour: NodeID(entries[index].end),
                        relationship: RelationshipID(entries[index].relationship))
                }
            case .incoming:
                for index in 0..<count {
                    lent[index] = ListEntry(
                        node: NodeID(entries[index].end),
                        neighbour: NodeID(entries[index].start),
                        relationship: RelationshipID(entries[index].relationship))
                }
            }
            try body(UnsafeBufferPointer(rebasing: lent[..<count]))
            first += count
        }
    }
}

/// Stable counting sorts by one digit after another, from block to block.
private struct RadixPasses<Word: EntryWord> {
    private typealias Entry = SortEntry<Word>

    private var sources: [EntryBlock<Word>]
    /// Whether the sources are the passes' own, to be written over.
    private var isOwn = false
    private var spare: EntryBlock<Word>?
    private let count: Int

    init(_ sources: [EntryBlock<Word>]) {
        self.sources = sources
        count = sources.reduce(0) { $0 + $1.count }
    }

    /// The places of 2,048 digits fit into the first-level cache.
    private static var mostDigitBits: Int { 11 }

    /// What the passes have come to; there was at least one.
    var result: EntryBlock<Word> { sources[0] }

    /// Sorts by a field of which only `bits` are set anywhere: in as few passes as digits can be
    /// wide, and all digits equally wide. At least one pass.
    @inline(__always)
    mutating func sort(bits: Word, by field: (SortEntry<Word>) -> Word) {
        let width = max(1, Word.bitWidth - bits.leadingZeroBitCount)
        let passes = (width + Self.mostDigitBits - 1) / Self.mostDigitBits
        let digitBits = (width + passes - 1) / passes
        let digits = 1 << digitBits
        withUnsafeTemporaryAllocation(of: Int.self, capacity: passes * digits) { places in
            places.initialize(repeating: 0)
            count(places, passes, digitBits, by: field)
            for pass in 0..<passes {
                let ofPass = UnsafeMutableBufferPointer(
                    rebasing: places[pass * digits..<(pass + 1) * digits])
                scatter(ofPass, pass * digitBits, by: field)
            }
        }
    }

    /// How many entries have each digit, for all passes at once: moving entries changes nothing.
    @inline(__always)
    private func count(
        _ counts: UnsafeMutableBufferPointer<Int>, _ passes: Int, _ digitBits: Int,
        by field: (SortEntry<Word>) -> Word
    ) {
        let mask = 1 << digitBits - 1
        for source in sources {
            let (entries, count) = (source.memory, source.count)
            for index in 0..<count {
                var value = field(entries[index])
                var base = 0
                for _ in 0..<passes {
                    counts[base &+ Int(truncatingIfNeeded: value) & mask] &+= 1
                    value >>= Word(digitBits)
                    base &+= mask &+ 1
                }
            }
        }
    }

    @inline(__always)
    private mutating func scatter(
        _ places: UnsafeMutableBufferPointer<Int>, _ shift: Int,
        by field: (SortEntry<Word>) -> Word
    ) {
        var place = 0
        for digit in places.indices {
            let size = places[digit]
            places[digit] = place
            place &+= size
        }
        let target = spare ?? EntryBlock(capacity: count)
        let sorted = target.memory
        let mask = places.count - 1
        for source in sources {
            let (entries, count) = (source.memory, source.count)
            for index in 0..<count {
                let entry = entries[index]
                let digit = Int(truncatingIfNeeded: field(entry) >> Word(shift)) & mask
                sorted[places[digit]] = entry
                places[digit] &+= 1
            }
        }
        target.count = count
        spare = isOwn ? sources[0] : nil
        sources = [target]
        isOwn = true
    }
}
