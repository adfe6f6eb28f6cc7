/// Copies lists from memory into a reader's block, a row for each entry: the inner loop of an
/// expansion. Without references, so that nothing is counted in it.
///
/// Lists of random nodes lie anywhere, and waiting for memory is what a list costs. So places are
/// looked up and their cache lines touched for a group of sources before the first is copied: the
/// processor then waits for all of them at once.
struct LiveCopier {
    /// What a copier works in: a group's places. Belongs to the reader.
    final class Group {
        static let capacity = 32
        fileprivate let places = UnsafeMutablePointer<Place>.allocate(capacity: capacity)
        /// Keeps the touching loads from being left out.
        fileprivate let touched = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)

        deinit {
            places.deallocate()
            touched.deallocate()
        }
    }

    /// `lists[start ..< start + count]`.
    fileprivate struct Place {
        var start: Int
        var count: Int
    }

    let lists: LiveLists.View
    private let neighbours: UnsafeMutablePointer<NodeID>
    private let relationships: UnsafeMutablePointer<RelationshipID>?
    private let rowSources: UnsafeMutablePointer<Int32>
    private let places: UnsafeMutablePointer<Place>
    private let touchedLines: UnsafeMutablePointer<UInt32>
    /// Whether most of them will be copied.
    private let touchesRelationships: Bool
    /// Sources whose places are known.
    private var planned = 0..<0
    private var end = 0
    /// Entries of the block that are in use.
    private(set) var filled = 0

    init(
        _ lists: LiveLists.View, _ block: EntryBuffer, _ rowSources: UnsafeMutablePointer<Int32>,
        _ group: Group, withRelationships: Bool, touchesRelationships: Bool
    ) {
        self.lists = lists
        self.touchesRelationships = touchesRelationships
        places = group.places
        touchedLines = group.touched
        neighbours = block.neighbours
        relationships = withRelationships ? block.relationships : nil
        self.rowSources = rowSources
    }

    /// From now on at most `room` entries are written, behind those that the block has.
    mutating func begin(behind count: Int, room: Int) {
        filled = count
        end = filled &+ room
    }

    /// Looks up the place of a source, and those of the next. Sources come in ascending order.
    @inline(__always)
    mutating func plan(_ sources: UnsafeBufferPointer<NodeID>, for source: Int) {
        if source >= planned.upperBound { planNext(sources, from: source) }
    }

    private mutating func planNext(_ sources: UnsafeBufferPointer<NodeID>, from first: Int) {
        planned = first..<min(first &+ Group.capacity, sources.count)
        let count = planned.count
        for index in 0..<count {
            let (start, count) = lists.range(sources[first &+ index])
            places[index] = Place(start: start, count: count)
        }
        // A single list is waited for anyway.
        guard count > 1 else { return }
        var touched: UInt32 = 0
        for index in 0..<count where places[index].count > 0 {
            touched &+= touch(lists.neighbours, places[index])
            if touchesRelationships { touched &+= touch(lists.relationships, places[index]) }
        }
        touchedLines.pointee = touched
    }

    /// Reads from each line of a list; of a long one as far as the processor needs to guess the
    /// rest.
    @inline(__always)
    private func touch(_ column: UnsafeRawPointer, _ place: Place) -> UInt32 {
        let start = column + place.start &* lists.width
        let bytes = min(place.count &* lists.width, Self.touchedBytes)
        var touched = (start + (bytes &- 4)).load(as: UInt32.self)
        var offset = 0
        while offset < bytes {
            touched &+= (start + offset).load(as: UInt32.self)
            offset &+= Self.lineBytes
        }
        return touched
    }

    private static let lineBytes = 64
    private static let touchedBytes = 256

    @inline(__always)
    private func place(_ source: Int) -> Place { places[source &- planned.lowerBound] }

    /// The whole list as rows of a source that was planned. False, and nothing is copied, where
    /// there is no room.
    @inline(__always)
    mutating func copyList(_ source: Int) -> Bool { copy(place(source), source) }

    /// The entries of one neighbour.
    @inline(__always)
    mutating func copyEntries(_ source: Int, to target: NodeID) -> Bool {
        let place = place(source)
        guard place.count > 0, target != .max else { return true }
        let list = lists.chunk(place.start, place.count)
        let first = list.neighbours.lowerBound(target, 0, place.count)
        guard first < place.count, list.neighbours[first] == target else { return true }
        let count = list.upperBound(target, from: first) &- first
        return copy(Place(start: place.start &+ first, count: count), source)
    }

    @inline(__always)
    private mutating func copy(_ place: Place, _ source: Int) -> Bool {
        let count = place.count
        guard count <= end &- filled else { return false }
        let list = lists.chunk(place.start, count)
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
