/// A set of slots: one machine word for the first sixty-four, which is all that most statements
/// have.
struct SlotSet: Equatable, Sendable, ExpressibleByArrayLiteral {
    private var low: UInt64 = 0
    /// Words for the slots from 64 on. nil, and not empty, where there are none: planning copies
    /// sets all the time, and nil has no count of references.
    private var high: [UInt64]?

    init() {}

    init(_ slots: some Sequence<Slot>) {
        for slot in slots { insert(slot) }
    }

    @inline(__always)
    init(arrayLiteral slots: Slot...) { self.init(slots) }

    static func == (left: SlotSet, right: SlotSet) -> Bool {
        left.low == right.low && left.isSubset(of: right) && right.isSubset(of: left)
    }

    var isEmpty: Bool { low == 0 && high?.allSatisfy { $0 == 0 } ?? true }

    func contains(_ slot: Slot) -> Bool {
        if slot < 64 { return low & (1 << UInt64(slot)) != 0 }
        return word(slot / 64 - 1) & (1 << UInt64(slot % 64)) != 0
    }

    mutating func insert(_ slot: Slot) {
        if slot < 64 {
            low |= 1 << UInt64(slot)
            return
        }
        let word = slot / 64 - 1
        var words = high ?? []
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(slot % 64)
        high = words
    }

    mutating func remove(_ slot: Slot) {
        if slot < 64 {
            low &= ~(1 << UInt64(slot))
        } else if slot / 64 - 1 < high?.count ?? 0 {
            high?[slot / 64 - 1] &= ~(1 << UInt64(slot % 64))
        }
    }

    mutating func formUnion(_ other: SlotSet) {
        low |= other.low
        guard let others = other.high else { return }
        high = (0..<max(others.count, high?.count ?? 0)).map { word($0) | other.word($0) }
    }

    func union(_ other: SlotSet) -> SlotSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func intersection(_ other: SlotSet) -> SlotSet {
        var result = SlotSet()
        result.low = low & other.low
        if let high, other.high != nil {
            result.high = high.indices.map { high[$0] & other.word($0) }
        }
        return result
    }

    func subtracting(_ other: SlotSet) -> SlotSet {
        var result = self
        result.low &= ~other.low
        if let high, other.high != nil {
            result.high = high.indices.map { high[$0] & ~other.word($0) }
        }
        return result
    }

    func isSubset(of other: SlotSet) -> Bool {
        if low & ~other.low != 0 { return false }
        guard let high else { return true }
        return high.indices.allSatisfy { high[$0] & ~other.word($0) == 0 }
    }

    func isDisjoint(with other: SlotSet) -> Bool {
        if low & other.low != 0 { return false }
        guard let high, other.high != nil else { return true }
        return high.indices.allSatisfy { high[$0] & other.word($0) == 0 }
    }

    /// Ascending, as an array.
    var sorted: [Slot] {
        var count = low.nonzeroBitCount
        if let high { for word in high { count += word.nonzeroBitCount } }
        if count == 1, high == nil { return [low.trailingZeroBitCount] }
        var slots: [Slot] = []
        slots.reserveCapacity(count)
        for slot in ascending { slots.append(slot) }
        return slots
    }

    /// Ascending, one after the other.
    var ascending: Ascending { Ascending(word: low, higher: high) }

    struct Ascending: Sequence, IteratorProtocol {
        private var word: UInt64
        private var base = 0
        /// The words behind.
        private let higher: [UInt64]?

        fileprivate init(word: UInt64, higher: [UInt64]?) {
            self.word = word
            self.higher = higher
        }

        mutating func next() -> Slot? {
            while word == 0 {
                guard let higher, base / 64 < higher.count else { return nil }
                word = higher[base / 64]
                base += 64
            }
            let slot = base + word.trailingZeroBitCount
            word &= word - 1
            return slot
        }
    }

    private func word(_ place: Int) -> UInt64 {
        guard let high, place < high.count else { return 0 }
        return high[place]
    }
}
