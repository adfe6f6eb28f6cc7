import Values

/// Numbers 64-bit keys in the order in which they are first seen: 0, 1, 2 …
///
/// Keys that lie close together (node ids mostly do) index an array; others are hashed with open
/// addressing. The table changes its form as keys come.
///
///     dense    numbers[key]                       4 bytes a possible key
///     hashed   slot = key · φ, linear probing     12 bytes a slot, at most half of them taken
struct IdentifierTable {
    /// The keys by their numbers.
    private(set) var keys: ContiguousArray<UInt64> = []
    private var isDense = true
    /// Dense: by key. Hashed: by slot. Negative is empty.
    private var numbers: ContiguousArray<Int32> = []
    /// Hashed: the key in each slot.
    private var slotKeys: ContiguousArray<UInt64> = []
    private var largest: UInt64 = 0

    private static let initialCapacity = 1024
    /// Dense while the array is no larger than this many times what a hashed table would need.
    private static let sparseness = 4

    init() {}

    var count: Int { keys.count }

    /// Memory held.
    var byteCount: Int { keys.capacity * 8 + numbers.capacity * 4 + slotKeys.capacity * 8 }

    /// The key's number, a new one where the key is new.
    @inline(__always)
    mutating func insert(_ key: UInt64) -> Int32 {
        if isDense, key < UInt64(numbers.count) {
            let number = numbers[Int(key)]
            if number >= 0 { return number }
        }
        return insertSlowly(key)
    }

    /// Numbers all of a buffer's keys.
    mutating func insert(
        _ batch: UnsafeBufferPointer<UInt64>, into output: UnsafeMutableBufferPointer<Int32>
    ) {
        var row = 0
        while row < batch.count {
            // A run of known keys, until one needs the table to change.
            row =
                isDense ? findDense(batch, from: row, output) : findHashed(batch, from: row, output)
            if row < batch.count {
                output[row] = insertSlowly(batch[row])
                row += 1
            }
        }
    }

    private func findDense(
        _ batch: UnsafeBufferPointer<UInt64>, from start: Int,
        _ output: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        numbers.withUnsafeBufferPointer { numbers in
            let limit = UInt64(numbers.count)
            for row in start..<batch.count {
                let key = batch[row]
                guard key < limit else { return row }
                let number = numbers[Int(truncatingIfNeeded: key)]
                guard number >= 0 else { return row }
                output[row] = number
            }
            return batch.count
        }
    }

    private func findHashed(
        _ batch: UnsafeBufferPointer<UInt64>, from start: Int,
        _ output: UnsafeMutableBufferPointer<Int32>
    ) -> Int {
        numbers.withUnsafeBufferPointer { numbers in
            slotKeys.withUnsafeBufferPointer { slotKeys in
                let mask = numbers.count - 1
                let shift = Self.shift(numbers.count)
                for row in start..<batch.count {
                    let key = batch[row]
                    var slot = Self.home(key, shift)
                    while numbers[slot] >= 0, slotKeys[slot] != key { slot = (slot + 1) & mask }
                    guard numbers[slot] >= 0 else { return row }
                    output[row] = numbers[slot]
                }
                return batch.count
            }
        }
    }

    func find(_ key: UInt64) -> Int32? {
        if isDense {
            guard key < UInt64(numbers.count) else { return nil }
            let number = numbers[Int(key)]
            return number >= 0 ? number : nil
        }
        let number = numbers[slot(of: key)]
        return number >= 0 ? number : nil
    }

    private mutating func insertSlowly(_ key: UInt64) -> Int32 {
        if isDense, key >= UInt64(numbers.count) { makeRoom(for: key) }
        if isDense {
            let known = numbers[Int(key)]
            if known >= 0 { return known }
            return add(key, at: Int(key))
        }
        if keys.count * 2 >= numbers.count { growHashed() }
        if isDense { return insertSlowly(key) }
        let slot = slot(of: key)
        if numbers[slot] >= 0 { return numbers[slot] }
        slotKeys[slot] = key
        return add(key, at: slot)
    }

    private mutating func add(_ key: UInt64, at place: Int) -> Int32 {
        let number = Int32(truncatingIfNeeded: keys.count)
        keys.append(key)
        numbers[place] = number
        largest = max(largest, key)
        return number
    }

    // MARK: Forms

    /// A key beyond the dense array: the array grows, or the table becomes hashed.
    private mutating func makeRoom(for key: UInt64) {
        let slots = Self.slots(for: keys.count)
        if key < UInt64(Self.sparseness * slots) {
            resizeDense(to: max(Int(key) + 1, slots))
        } else {
            rebuildHashed(slots: slots)
        }
    }

    private mutating func growHashed() {
        let slots = Self.slots(for: keys.count)
        if largest < UInt64(Self.sparseness * slots) {
            isDense = true
            slotKeys = []
            numbers = []
            resizeDense(to: Int(largest) + 1)
            for (number, key) in keys.enumerated() {
                numbers[Int(key)] = Int32(truncatingIfNeeded: number)
            }
        } else {
            rebuildHashed(slots: slots)
        }
    }

    private mutating func resizeDense(to count: Int) {
        let size = max(Self.initialCapacity, 1 << (Int.bitWidth - (count - 1).leadingZeroBitCount))
        numbers.append(contentsOf: repeatElement(-1, count: size - numbers.count))
    }

    private mutating func rebuildHashed(slots: Int) {
        isDense = false
        numbers = ContiguousArray(repeating: -1, count: slots)
        slotKeys = ContiguousArray(repeating: 0, count: slots)
        for (number, key) in keys.enumerated() {
            let slot = slot(of: key)
            slotKeys[slot] = key
            numbers[slot] = Int32(truncatingIfNeeded: number)
        }
    }

    /// Four times the keys, as a power of two: half full when it grows next.
    private static func slots(for count: Int) -> Int {
        let wanted = max(initialCapacity, count * 4)
        return 1 << (Int.bitWidth - (wanted - 1).leadingZeroBitCount)
    }

    private func slot(of key: UInt64) -> Int {
        let mask = numbers.count - 1
        var slot = Self.home(key, Self.shift(numbers.count))
        while numbers[slot] >= 0, slotKeys[slot] != key { slot = (slot + 1) & mask }
        return slot
    }

    private static func shift(_ slots: Int) -> UInt64 {
        UInt64(UInt64.bitWidth - slots.trailingZeroBitCount)
    }

    /// The multiplication by 2^64 over the golden ratio spreads neighbours far apart.
    @inline(__always)
    private static func home(_ key: UInt64, _ shift: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }
}
