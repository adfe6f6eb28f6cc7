/// Two parallel columns of plain numbers, neighbours and relationships, that grow and are reused:
/// where chunks are decoded to and encoded from.
final class EntryBuffer {
    /// A part of a buffer; valid until the buffer grows or goes.
    struct Slice {
        let neighbours: UnsafeBufferPointer<NodeID>
        let relationships: UnsafeBufferPointer<RelationshipID>
        var count: Int { neighbours.count }
    }

    private(set) var neighbours: UnsafeMutablePointer<NodeID>
    private(set) var relationships: UnsafeMutablePointer<RelationshipID>
    private(set) var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 4_096) {
        self.capacity = max(capacity, 1)
        neighbours = .allocate(capacity: self.capacity)
        relationships = .allocate(capacity: self.capacity)
    }

    deinit {
        neighbours.deallocate()
        relationships.deallocate()
    }

    func removeAll() { count = 0 }

    func append(_ neighbour: NodeID, _ relationship: RelationshipID) {
        reserve(1)
        neighbours[count] = neighbour
        relationships[count] = relationship
        count += 1
    }

    func append(_ entries: Swift.Slice<UnsafeBufferPointer<ListEntry>>) {
        reserve(entries.count)
        let (neighbours, relationships) = (neighbours + count, relationships + count)
        for (place, entry) in UnsafeBufferPointer(rebasing: entries).enumerated() {
            neighbours[place] = entry.neighbour
            relationships[place] = entry.relationship
        }
        count += entries.count
    }

    func append(_ chunk: Chunk) {
        reserve(chunk.count)
        chunk.neighbours.decode(0, chunk.count, into: neighbours + count)
        chunk.relationships.decode(0, chunk.count, into: relationships + count)
        count += chunk.count
    }

    func append(_ other: EntryBuffer, _ start: Int, _ end: Int) {
        reserve(end - start)
        (neighbours + count).update(from: other.neighbours + start, count: end - start)
        (relationships + count).update(from: other.relationships + start, count: end - start)
        count += end - start
    }

    /// Drops the first `number` entries.
    func removeFirst(_ number: Int) {
        count -= number
        neighbours.update(from: neighbours + number, count: count)
        relationships.update(from: relationships + number, count: count)
    }

    subscript(range: Range<Int>) -> Slice {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return Slice(
            neighbours: UnsafeBufferPointer(
                start: neighbours + range.lowerBound, count: range.count),
            relationships: UnsafeBufferPointer(
                start: relationships + range.lowerBound, count: range.count))
    }

    /// Counts entries in that were written behind `count`, inside the capacity.
    @inline(__always)
    func take(_ more: Int) { count &+= more }

    /// Makes room for `more` entries behind `count`.
    func reserve(_ more: Int) {
        guard count + more > capacity else { return }
        let larger = max(capacity * 2, count + more)
        let newNeighbours = UnsafeMutablePointer<NodeID>.allocate(capacity: larger)
        let newRelationships = UnsafeMutablePointer<RelationshipID>.allocate(capacity: larger)
        newNeighbours.update(from: neighbours, count: count)
        newRelationships.update(from: relationships, count: count)
        neighbours.deallocate()
        relationships.deallocate()
        neighbours = newNeighbours
        relationships = newRelationships
        capacity = larger
    }
}
