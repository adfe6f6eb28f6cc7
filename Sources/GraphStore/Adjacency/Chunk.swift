/// A piece of one neighbour list, as it lies on its page (or in any memory laid out alike): two
/// packed columns sorted by neighbour, then relationship.
///
/// ```
/// 0      2        3       4           12          20
/// | count | widths | flags | neighbour | relation- | degree, if | neighbour | relationship |
/// | u16   | 4 + 4  |       | base u64  | ship base | flag 1     | column    | column       |
/// ```
///
/// Flag 1, `hasDegree`: the first chunk of a list of several. Flag 2, `isWhole`: the only chunk of
/// its list, whose degree is then its count. Numbers are in the machine's order, as LMDB's are.
struct Chunk {
    let count: Int
    /// Nothing of the list lies behind this chunk.
    let isWhole: Bool
    /// Of the whole list, where this is its first chunk; else 0.
    let degree: Int
    let neighbours: PackedColumn
    let relationships: PackedColumn

    /// A whole list that lies in memory as two columns.
    @inline(__always)
    init(whole count: Int, _ neighbours: PackedColumn, _ relationships: PackedColumn) {
        self.count = count
        isWhole = true
        degree = count
        self.neighbours = neighbours
        self.relationships = relationships
    }

    /// Nil where the bytes are no chunk: the file is damaged.
    @inline(__always)
    init?(_ value: UnsafeRawBufferPointer) {
        guard value.count >= Layout.columns, let start = value.baseAddress else { return nil }
        count = Int(start.loadUnaligned(as: UInt16.self))
        let widths = start.load(fromByteOffset: Layout.widths, as: UInt8.self)
        let flags = start.load(fromByteOffset: Layout.flags, as: UInt8.self)
        let neighbourWidth = Int(widths & 0xF)
        let relationshipWidth = Int(widths >> 4)
        isWhole = flags & Layout.isWhole != 0
        let hasDegree = flags & Layout.hasDegree != 0
        let header = hasDegree ? Layout.columnsAfterDegree : Layout.columns
        let bytes = header &+ count &* (neighbourWidth &+ relationshipWidth)
        guard count > 0, value.count == bytes,
            Layout.validWidths & (1 << neighbourWidth) != 0,
            Layout.validWidths & (1 << relationshipWidth) != 0
        else { return nil }
        degree =
            hasDegree
            ? Int(truncatingIfNeeded: Layout.word(start, Layout.degree)) : isWhole ? count : 0
        neighbours = PackedColumn(
            base: Layout.word(start, Layout.neighbourBase), width: neighbourWidth,
            bytes: start + header)
        relationships = PackedColumn(
            base: Layout.word(start, Layout.relationshipBase), width: relationshipWidth,
            bytes: start + header + count &* neighbourWidth)
    }

    /// The first index not before `start` whose entry is not less than (neighbour, relationship),
    /// or `count`.
    @inline(__always)
    func lowerBound(_ neighbour: NodeID, _ relationship: RelationshipID, from start: Int = 0)
        -> Int
    {
        let first = neighbours.lowerBound(neighbour, start, count)
        guard relationship > 0, first < count, neighbours[first] == neighbour else { return first }
        let end = upperBound(neighbour, from: first)
        return relationships.lowerBound(relationship, first, end)
    }

    /// The first index not before `start` whose neighbour is greater, or `count`.
    @inline(__always)
    func upperBound(_ neighbour: NodeID, from start: Int) -> Int {
        // Mostly there is no such entry, or one.
        if start >= count || neighbours[start] > neighbour { return start }
        if start &+ 1 >= count || neighbours[start &+ 1] > neighbour { return start &+ 1 }
        return neighbour == .max
            ? count : neighbours.lowerBound(neighbour &+ 1, start &+ 2, count)
    }
}

extension Chunk {
    /// Byte offsets and flags of the format.
    enum Layout {
        static let widths = 2
        static let flags = 3
        static let neighbourBase = 4
        static let relationshipBase = 12
        static let degree = 20
        static let columns = 20
        static let columnsAfterDegree = 28
        static let hasDegree: UInt8 = 1
        static let isWhole: UInt8 = 2
        /// Bit w is set where w bytes are a width.
        static let validWidths = 0b1_0001_0111

        @inline(__always)
        static func word(_ start: UnsafeRawPointer, _ offset: Int) -> UInt64 {
            start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
    }
}
