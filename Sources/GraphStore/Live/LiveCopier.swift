/// Copies lists from memory into a reader's block, a row for each entry: the inner loop of an
/// expansion. Without references, so that nothing is counted in it.
struct LiveCopier {
    private let lists: LiveLists.View
    private let neighbours: UnsafeMutablePointer<NodeID>
    private let relationships: UnsafeMutablePointer<RelationshipID>?
    private let rowSources: UnsafeMutablePointer<Int32>
    private let end: Int
    /// Entries of the block that are in use.
    private(set) var filled: Int

    /// At most `room` entries are written behind those that the block has.
    init(
        _ lists: LiveLists.View, _ block: EntryBuffer,
        _ rowSources: UnsafeMutablePointer<Int32>, room: Int, _ withRelationships: Bool
    ) {
        self.lists = lists
        neighbours = block.neighbours
        relationships = withRelationships ? block.relationships : nil
        self.rowSources = rowSources
        filled = block.count
        end = filled &+ room
    }

    /// The node's whole list as rows of a source. False, and nothing is copied, where there is no
    /// room.
    @inline(__always)
    mutating func copyList(of node: NodeID, _ source: Int) -> Bool {
        let (start, count) = lists.range(node)
        return copy(start, count, source)
    }

    /// The entries of one neighbour.
    @inline(__always)
    mutating func copyEntries(of node: NodeID, to target: NodeID, _ source: Int) -> Bool {
        let (start, count) = lists.range(node)
        guard count > 0, target != .max else { return true }
        let chunk = lists.chunk(start, count)
        let first = chunk.neighbours.lowerBound(target, 0, count)
        guard first < count, chunk.neighbours[first] == target else { return true }
        return copy(start &+ first, chunk.upperBound(target, from: first) &- first, source)
    }

    @inline(__always)
    private mutating func copy(_ start: Int, _ count: Int, _ source: Int) -> Bool {
        guard count <= end &- filled else { return false }
        let list = lists.chunk(start, count)
        list.neighbours.decode(0, count, into: neighbours + filled)
        if let relationships { list.relationships.decode(0, count, into: relationships + filled) }
        let row = Int32(truncatingIfNeeded: source)
        let rows = rowSources + filled
        for index in 0..<count { rows[index] = row }
        filled &+= count
        return true
    }

    /// Takes back the last entries.
    @inline(__always)
    mutating func drop(_ count: Int) { filled &-= count }
}
