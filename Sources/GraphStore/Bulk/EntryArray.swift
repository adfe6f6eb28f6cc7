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

/// Relationships of one type as they come.
final class EntryArray<Word: EntryWord> {
    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private var block: EntryBlock<Word>
    /// All bits that occur in the ids.
    @exclusivity(unchecked) private var bits = SortEntry<Word>(start: 0, end: 0, relationship: 0)
    @exclusivity(unchecked) private var last: Word = 0
    @exclusivity(unchecked) private var isInOrder = true

    private static var leastCapacity: Int { 1 << 10 }

    init() { block = EntryBlock(capacity: Self.leastCapacity) }

    @inline(__always)
    func append(_ entry: SortEntry<Word>) {
        block.append(entry)
        bits.start |= entry.start
        bits.end |= entry.end
        bits.relationship |= entry.relationship
        // Importers number relationships as they come: then those need no sorting.
        if entry.relationship < last { isInOrder = false }
        last = entry.relationship
    }

    /// Appends all of a batch, whose relationships are numbered from `first` on.
    func append(_ batch: RelationshipBatch, from first: Word) {
        var target = block.makeRoom(batch.count)
        var relationship = first
        var bits = bits
        batch.forEach { (_, start, end) in
            let entry = SortEntry(
                start: Word(truncatingIfNeeded: start), end: Word(truncatingIfNeeded: end),
                relationship: relationship)
            target.initialize(to: entry)
            target += 1
            bits.start |= entry.start
            bits.end |= entry.end
            bits.relationship |= relationship
            relationship &+= 1
        }
        if first < last { isInOrder = false }
        last = relationship &- 1
        self.bits = bits
    }

    /// The entries by start, end and relationship, which the array gives away. Linear.
    func sorted() -> SortedBlock<Word> {
        var passes = RadixPasses(block, mayOverwrite: true)
        block = EntryBlock(capacity: 0)
        if !isInOrder { passes.sort(bits: bits.relationship) { $0.relationship } }
        passes.sort(bits: bits.end) { $0.end }
        passes.sort(bits: bits.start) { $0.start }
        return SortedBlock(passes, bits, .outgoing)
    }
}

/// Entries in memory that grows. Large blocks lie on large pages where the system has them: the
/// passes jump about in them.
final class EntryBlock<Word: EntryWord> {
    @exclusivity(unchecked) private(set) var memory: UnsafeMutablePointer<SortEntry<Word>>
    @exclusivity(unchecked) private var capacity: Int
    @exclusivity(unchecked) fileprivate(set) var count = 0

    init(capacity: Int) {
        memory = Self.resize(nil, capacity)
        self.capacity = capacity
    }

    deinit { free(memory) }

    @inline(__always)
    fileprivate func append(_ entry: SortEntry<Word>) {
        if count == capacity { grow(1) }
        memory[count] = entry
        count &+= 1
    }

    /// Counts so many more entries in and returns where they are to be written.
    fileprivate func makeRoom(_ more: Int) -> UnsafeMutablePointer<SortEntry<Word>> {
        if count + more > capacity { grow(more) }
        count += more
        return memory + (count - more)
    }

    private func grow(_ more: Int) {
        capacity = max(2 * capacity, count + more)
        memory = Self.resize(memory, capacity)
    }

    /// The system moves large blocks without copying or touching them.
    private static func resize(
        _ memory: UnsafeMutablePointer<SortEntry<Word>>?, _ capacity: Int
    ) -> UnsafeMutablePointer<SortEntry<Word>> {
        let bytes = max(1, capacity) * MemoryLayout<SortEntry<Word>>.stride
        guard let resized = realloc(memory, bytes) else {
            fatalError("no memory is left for sorting relationships")
        }
        if bytes >= 2 * LargePages.size {
            // A hint: what comes of it does not matter. It is for the whole mapping: parts with
            // hints of their own could not be moved together.
            let begin = resized.alignedDown(toMultipleOf: Int(getpagesize()))
            _ = madvise(begin, bytes + (resized - begin), Int32(MADV_HUGEPAGE))
        }
        return resized.bindMemory(to: SortEntry<Word>.self, capacity: capacity)
    }
}

/// One family's entries in order, in memory.
final class SortedBlock<Word: EntryWord>: @unchecked Sendable {
    // Sendable: nobody writes to what is sorted, and only the thread that sorts turns blocks.
    private let block: EntryBlock<Word>
    private var spare: EntryBlock<Word>?
    private let bits: SortEntry<Word>
    private let direction: Direction

    /// Entries that are lent at a time: few enough to stay in the second-level cache.
    private static var lentEntries: Int { 4_096 }

    fileprivate init(
        _ passes: RadixPasses<Word>, _ bits: SortEntry<Word>, _ direction: Direction
    ) {
        block = passes.result
        spare = passes.spare
        self.bits = bits
        self.direction = direction
    }

    /// From outgoing lists to incoming ones, while others still read these: equal ends are in the
    /// order of their starts already.
    func turned() -> SortedBlock {
        var passes = RadixPasses(block, mayOverwrite: false, spare: spare)
        spare = nil
        passes.sort(bits: bits.end) { $0.end }
        return SortedBlock(passes, bits, .incoming)
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
    /// What the passes have come to.
    private(set) var result: EntryBlock<Word>
    /// Where the next pass goes to.
    private(set) var spare: EntryBlock<Word>?
    /// Whether a pass may go to where the one before came from.
    private var mayOverwrite: Bool

    init(_ source: EntryBlock<Word>, mayOverwrite: Bool, spare: EntryBlock<Word>? = nil) {
        result = source
        self.mayOverwrite = mayOverwrite
        self.spare = spare
    }

    /// The places of 2,048 digits fit into the first-level cache.
    private static var mostDigitBits: Int { 11 }

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
        let (entries, count) = (result.memory, result.count)
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
        let target = spare ?? EntryBlock(capacity: result.count)
        let (entries, sorted, count) = (result.memory, target.memory, result.count)
        let mask = places.count - 1
        for index in 0..<count {
            let entry = entries[index]
            let digit = Int(truncatingIfNeeded: field(entry) >> Word(shift)) & mask
            sorted[places[digit]] = entry
            places[digit] &+= 1
        }
        target.count = count
        spare = mayOverwrite ? result : nil
        result = target
        mayOverwrite = true
    }
}
