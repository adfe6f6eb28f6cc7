import Foundation
import GraphStore

/// The nodes of one id space: external id to node id. One thread at a time.
///
/// Integers that count up by one as the nodes come, as in most files, need no table. Other small
/// integers are places in a table of node ids: 4 to 16 bytes a node and one access to memory. Other integers and strings are looked up through an
/// open-addressing table of 64-bit hashes; strings are kept in one arena and compared by their
/// bytes. About 24 bytes a node, and the strings.
final class IDMap {
    let idType: ImportOptions.IDType
    // One thread at a time: checks of exclusive access in each row would only cost.

    @exclusivity(unchecked) private(set) var sequence = IDSequence()
    /// Node by id; ``free`` where there is none, or the hash table has it.
    @exclusivity(unchecked) private var direct: ContiguousArray<UInt32> = []
    @exclusivity(unchecked) private(set) var count = 0
    @exclusivity(unchecked) private var slots: ContiguousArray<UInt32>
    @exclusivity(unchecked) private var keys: ContiguousArray<UInt64> = []
    @exclusivity(unchecked) private var nodes: ContiguousArray<NodeID> = []
    @exclusivity(unchecked) private var arena: ContiguousArray<UInt8> = []

    private static let free = UInt32.max
    /// Entries that the 32-bit slots can number.
    static let maximumCount = Int(UInt32.max) - 1

    init(_ idType: ImportOptions.IDType) {
        self.idType = idType
        slots = ContiguousArray(repeating: Self.free, count: 1024)
    }

    /// Adds a node. Returns false, and changes nothing, where the id is taken. The id must be of
    /// the map's type, and the map not full.
    func insert(_ id: ExternalID, _ node: NodeID) -> Bool {
        precondition(count < Self.maximumCount, "an id space is full")
        if case .integer(let value) = id {
            if sequence.count == count, sequence.extend(value, node) {
                count += 1
                return true
            }
            if sequence.node(value) != nil { return false }
        }
        if case .integer(let value) = id, isDirect(value, node) {
            if self.node(id) != nil { return false }
            growDirect(value)
            direct[Int(value)] = UInt32(truncatingIfNeeded: node)
            count += 1
            return true
        }
        if nodes.count * 2 >= slots.count { grow() }
        let (place, entry) = find(id)
        guard entry == nil else { return false }
        slots[place] = UInt32(truncatingIfNeeded: nodes.count)
        switch id {
        case .integer(let value): keys.append(UInt64(bitPattern: value))
        case .string(let bytes):
            // Offset and length in one word: ids are shorter than 64 KiB.
            keys.append(UInt64(arena.count) << 16 | UInt64(bytes.count))
            arena.append(contentsOf: bytes)
        }
        nodes.append(node)
        count += 1
        return true
    }

    @inline(__always)
    func node(_ id: ExternalID) -> NodeID? {
        if case .integer(let value) = id, let node = sequence.node(value) { return node }
        if case .integer(let value) = id, value >= 0, value < direct.count {
            let node = direct[Int(value)]
            if node != Self.free { return NodeID(node) }
        }
        return nodes.isEmpty ? nil : find(id).entry.map { nodes[$0] }
    }

    /// The table must not be much larger than what is in it.
    private func isDirect(_ value: Int64, _ node: NodeID) -> Bool {
        value >= 0 && node < Self.free && value < Self.leastDirect + 4 * count
    }

    private static let leastDirect = 1 << 16

    private func growDirect(_ value: Int64) {
        guard value >= direct.count else { return }
        let size = max(Int(value) + 1, 2 * direct.count)
        direct.append(contentsOf: repeatElement(Self.free, count: size - direct.count))
    }

    private func find(_ id: ExternalID) -> (place: Int, entry: Int?) {
        let mask = slots.count - 1
        var place = Int(truncatingIfNeeded: id.hash) & mask
        while slots[place] != Self.free {
            let entry = Int(slots[place])
            if isEqual(entry, id) { return (place, entry) }
            place = (place + 1) & mask
        }
        return (place, nil)
    }

    private func isEqual(_ entry: Int, _ id: ExternalID) -> Bool {
        switch id {
        case .integer(let value): return keys[entry] == UInt64(bitPattern: value)
        case .string(let bytes):
            let key = keys[entry]
            guard Int(key & 0xFFFF) == bytes.count else { return false }
            let start = Int(key >> 16)
            return arena.withUnsafeBytes {
                memcmp($0.baseAddress! + start, bytes.baseAddress!, bytes.count) == 0
            }
        }
    }

    private func grow() {
        slots = ContiguousArray(repeating: Self.free, count: slots.count * 2)
        let mask = slots.count - 1
        for entry in nodes.indices {
            var place = Int(truncatingIfNeeded: hash(of: entry)) & mask
            while slots[place] != Self.free { place = (place + 1) & mask }
            slots[place] = UInt32(truncatingIfNeeded: entry)
        }
    }

    private func hash(of entry: Int) -> UInt64 {
        if idType == .integer { return ExternalID.integer(Int64(bitPattern: keys[entry])).hash }
        let start = Int(keys[entry] >> 16)
        let count = Int(keys[entry] & 0xFFFF)
        return arena.withUnsafeBytes {
            ExternalID.string(UnsafeRawBufferPointer(rebasing: $0[start..<start + count])).hash
        }
    }
}

/// The ids that an id space begins with, where each is one more than the one before and so are
/// their nodes.
struct IDSequence {
    private var firstID: Int64 = 0
    private var firstNode: NodeID = 0
    private(set) var count = 0

    @inline(__always)
    func node(_ id: Int64) -> NodeID? {
        // Ids below the first wrap round to large numbers.
        let place = UInt64(bitPattern: id &- firstID)
        return place < UInt64(count) ? firstNode + place : nil
    }

    /// Takes the next id, if it is the next. Ids stop short of where they would wrap round.
    mutating func extend(_ id: Int64, _ node: NodeID) -> Bool {
        if count == 0 {
            firstID = id
            firstNode = node
        }
        let (expected, overflow) = firstID.addingReportingOverflow(Int64(count))
        guard !overflow, id == expected, node == firstNode + UInt64(count) else { return false }
        count += 1
        return true
    }
}

/// An id as a file writes it.
enum ExternalID {
    case integer(Int64)
    /// Borrowed from the reader's buffer; not empty.
    case string(UnsafeRawBufferPointer)

    static let maximumBytes = 0xFFFF

    /// FNV-1a over eight bytes at a time, then a finaliser: ids that differ in their last digit must
    /// not crowd together.
    var hash: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        switch self {
        case .integer(let value): hash ^= UInt64(bitPattern: value)
        case .string(let bytes):
            var place = 0
            while place + 8 <= bytes.count {
                hash ^= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                hash &*= 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 29
                place += 8
            }
            while place < bytes.count {
                hash = (hash ^ UInt64(bytes[place])) &* 0x0000_0100_0000_01B3
                place += 1
            }
        }
        hash ^= hash >> 32
        hash &*= 0xD6E8_FEB8_6659_FD93
        return hash ^ hash >> 32
    }
}
