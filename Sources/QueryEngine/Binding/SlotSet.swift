/// A set of slots: one machine word for the first sixty-four, which is all that most statements
/// have.
struct SlotSet: Equatable, Sendable {
    private var low: UInt64 = 0
    /// Bits of the slots from 64 on, in words.
    private var high: [UInt64] = []

    init() {}

    init(_ slots: some Sequence<Slot>) {
        for slot in slots { insert(slot) }
    }

    var isEmpty: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    func contains(_ slot: Slot) -> Bool {
        if slot < 64 { return low & (1 << UInt64(slot)) != 0 }
        let word = slot / 64 - 1
        return word < high.count && high[word] & (1 << UInt64(slot % 64)) != 0
    }

    mutating func insert(_ slot: Slot) {
        if slot < 64 {
            low |= 1 << UInt64(slot)
            return
        }
        let word = slot / 64 - 1
        while high.count <= word { high.append(0) }
        high[word] |= 1 << UInt64(slot % 64)
    }

    mutating func remove(_ slot: Slot) {
        if slot < 64 {
            low &= ~(1 << UInt64(slot))
        } else if slot / 64 - 1 < high.count {
            high[slot / 64 - 1] &= ~(1 << UInt64(slot % 64))
        }
    }

    mutating func formUnion(_ other: SlotSet) {
        low |= other.low
        while high.count < other.high.count { high.append(0) }
        for (word, bits) in other.high.enumerated() { high[word] |= bits }
    }

    func union(_ other: SlotSet) -> SlotSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func intersection(_ other: SlotSet) -> SlotSet {
        var result = SlotSet()
        result.low = low & other.low
        result.high = zip(high, other.high).map { $0 & $1 }
        return result
    }

    func subtracting(_ other: SlotSet) -> SlotSet {
        var result = self
        result.low &= ~other.low
        for word in 0..<min(high.count, other.high.count) { result.high[word] &= ~other.high[word] }
        return result
    }

    func isSubset(of other: SlotSet) -> Bool {
        low & ~other.low == 0
            && high.enumerated().allSatisfy { word, bits in
                bits & ~(word < other.high.count ? other.high[word] : 0) == 0
            }
    }

    func isDisjoint(with other: SlotSet) -> Bool {
        low & other.low == 0 && zip(high, other.high).allSatisfy { $0 & $1 == 0 }
    }

    /// Ascending.
    var sorted: [Slot] {
        var slots: [Slot] = []
        slots.reserveCapacity(low.nonzeroBitCount)
        append(low, from: 0, to: &slots)
        for (word, bits) in high.enumerated() { append(bits, from: (word + 1) * 64, to: &slots) }
        return slots
    }

    private func append(_ bits: UInt64, from base: Slot, to slots: inout [Slot]) {
        var rest = bits
        while rest != 0 {
            slots.append(base + rest.trailingZeroBitCount)
            rest &= rest - 1
        }
    }
}
