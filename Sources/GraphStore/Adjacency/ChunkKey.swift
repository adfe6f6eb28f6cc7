/// The lists of one relationship type in one direction: what lies together in the chunks.
struct ListFamily: Hashable, Comparable, Sendable {
    let rawValue: UInt32

    init(_ type: TypeID, _ direction: Direction) {
        precondition(type < 1 << 31, "a type's number needs 31 bits")
        rawValue = type << 1 | UInt32(direction.rawValue)
    }

    init(rawValue: UInt32) { self.rawValue = rawValue }

    var type: TypeID { rawValue >> 1 }
    var direction: Direction { rawValue & 1 == 0 ? .outgoing : .incoming }
    /// The same type seen from the other end.
    var reversed: ListFamily { ListFamily(rawValue: rawValue ^ 1) }

    static func < (a: ListFamily, b: ListFamily) -> Bool { a.rawValue < b.rawValue }
}

/// Where a chunk lies: its list, and the first entry that may be in it. Big-endian on disk, so
/// that LMDB's byte order is the numbers' order. The first chunk of a list always has entry
/// (0, 0): a smaller neighbour does not move it.
struct ChunkKey: Equatable {
    static let byteCount = 28

    var family: ListFamily
    var node: NodeID
    var neighbour: NodeID
    var relationship: RelationshipID

    var isFirst: Bool { neighbour == 0 && relationship == 0 }

    init(
        _ family: ListFamily, _ node: NodeID, neighbour: NodeID = 0,
        relationship: RelationshipID = 0
    ) {
        self.family = family
        self.node = node
        self.neighbour = neighbour
        self.relationship = relationship
    }

    /// Nil where the bytes are no chunk key: the file is damaged.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount, let start = bytes.baseAddress else { return nil }
        family = ListFamily(rawValue: UInt32(bigEndian: start.loadUnaligned(as: UInt32.self)))
        node = Self.word(start, 4)
        neighbour = Self.word(start, 12)
        relationship = Self.word(start, 20)
    }

    @inline(__always)
    private static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
        UInt64(bigEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    func write(to start: UnsafeMutableRawPointer) {
        start.storeBytes(of: family.rawValue.bigEndian, as: UInt32.self)
        start.storeBytes(of: node.bigEndian, toByteOffset: 4, as: UInt64.self)
        start.storeBytes(of: neighbour.bigEndian, toByteOffset: 12, as: UInt64.self)
        start.storeBytes(of: relationship.bigEndian, toByteOffset: 20, as: UInt64.self)
    }
}

/// Memory for one encoded key, reused from call to call.
final class ChunkKeyBuffer {
    private let memory = UnsafeMutableRawPointer.allocate(
        byteCount: ChunkKey.byteCount, alignment: 8)

    deinit { memory.deallocate() }

    /// The encoded key; valid until the next call.
    @inline(__always)
    func encode(_ key: ChunkKey) -> UnsafeRawBufferPointer {
        key.write(to: memory)
        return UnsafeRawBufferPointer(start: memory, count: ChunkKey.byteCount)
    }
}
