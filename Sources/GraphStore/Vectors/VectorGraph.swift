import Foundation

/// A hierarchical navigable small world over the rows of a vector index (Malkov and Yashunin, 2018):
/// every row is in layer 0, one of M in layer 1, one of M² in layer 2, …; in each layer rows are
/// linked with near ones in all directions, so that walking to whoever is nearer leads to the
/// nearest.
///
/// ```
/// place        0 … count, never used twice: an entity whose vector changes gets another one
/// rows         place → the vector
/// base         place → layers, links in layer 0      (at most 2M)
/// upper        slot  → links in one higher layer     (at most M)
/// ```
///
/// Links go both ways, always: a row that goes knows who is linked with it, so that nothing points
/// to what is not there, and `check` can tell damage. The paper's links are directed; measured on
/// 100,000 × 64, clustered and normal vectors, both need as many comparisons for a recall (252 and
/// 249 for 0.935; 13,050 and 12,700 for 0.96), and building takes 6 to 22 % fewer with these.
///
/// A value: a copy is a version that costs little and that no later change touches. A graph is
/// *complete*, or holds what has been asked for so far: then ``load(_:_:)`` reads more of it from
/// LMDB, which makes a search or a change possible without reading all rows first.
///
/// `@unchecked Sendable`: see ``VectorRows`` and ``LinkTable``.
struct VectorGraph: @unchecked Sendable {
    let settings: VectorSettings
    let isComplete: Bool
    private(set) var rows: VectorRows
    private(set) var places: PlaceTable
    private var base: LinkTable
    private var upper: LinkTable
    /// The place where searches enter: of all rows one in the highest layer.
    private(set) var entry: Int?

    /// What LMDB does not have yet.
    private(set) var changed: ContiguousArray<UInt32> = []
    private(set) var removed: Set<UInt64> = []
    private(set) var entryIsChanged = false

    /// An empty one. `complete` where LMDB has nothing either, or all of it will be added: about
    /// so many rows.
    init(_ settings: VectorSettings, complete: Bool, expecting count: Int = 0) {
        self.settings = settings
        isComplete = complete
        places = PlaceTable(expecting: count)
        rows = VectorRows(stride: settings.stride, complete ? .large : .small)
        base = LinkTable(width: 2 + 2 * settings.links)
        upper = LinkTable(width: 1 + settings.links)
    }

    /// Memory that so many rows take, about.
    static func byteCount(_ settings: VectorSettings, rows: Int) -> Int {
        let words = 2 + 2 * settings.links + (1 + settings.links) / max(1, settings.links - 1)
        return rows * (VectorRows.bytesPerRow(stride: settings.stride) + words * 4 + 24)
    }

    var byteCount: Int { rows.byteCount + base.byteCount + upper.byteCount + places.count * 24 }

    /// Rows of entities that are there; places of rows that went are empty.
    var liveCount: Int { places.count }
    var unwrittenCount: Int { changed.count + removed.count }

    // MARK: Layers

    private static let highestLayer = 15

    /// How many layers an entity is in: 1, and each further one with probability 1 / M. Depends on
    /// nothing but the entity, so that a graph does not depend on when it was built.
    static func layers(of entity: UInt64, _ settings: VectorSettings) -> Int {
        let uniform = Double((SplitMix.mixed(~entity) >> 11) + 1) * 0x1p-53
        let layer = -Foundation.log(uniform) / Foundation.log(Double(settings.links))
        return 1 + min(highestLayer, Int(layer))
    }

    static func capacity(_ layer: Int, _ settings: VectorSettings) -> Int {
        layer == 0 ? 2 * settings.links : settings.links
    }

    func capacity(_ layer: Int) -> Int { Self.capacity(layer, settings) }

    // MARK: Places

    /// First word of a list in `base`; the second is its first slot in `upper`.
    private enum Header {
        static let layers: UInt32 = 0xFF
        static let countShift: UInt32 = 8
        static let count: UInt32 = 0xFFFF
        static let isLoaded: UInt32 = 1 << 24
        static let isChanged: UInt32 = 1 << 25
    }

    /// 0 where the row has gone.
    @inline(__always)
    func layers(_ place: Int) -> Int { Int(base.list(place)[0] & Header.layers) }

    @inline(__always)
    func isLoaded(_ place: Int) -> Bool { base.list(place)[0] & Header.isLoaded != 0 }

    /// Valid until the graph changes. Empty where the row is not in the layer.
    @inline(__always)
    func links(_ place: Int, _ layer: Int) -> UnsafeBufferPointer<UInt32> {
        let list = base.list(place)
        if layer == 0 {
            let count = Int(list[0] >> Header.countShift & Header.count)
            return UnsafeBufferPointer(start: list + 2, count: count)
        }
        guard layer < Int(list[0] & Header.layers) else {
            return UnsafeBufferPointer(start: nil, count: 0)
        }
        let higher = upper.list(Int(list[1]) + layer - 1)
        return UnsafeBufferPointer(start: higher + 1, count: Int(higher[0]))
    }

    func hasLink(_ place: Int, _ other: Int, _ layer: Int) -> Bool {
        links(place, layer).contains(UInt32(other))
    }

    /// A new place for a row: in no layer until it is given some.
    mutating func append(_ entity: UInt64, _ row: UnsafeRawBufferPointer) -> Int {
        let place = rows.append(entity, row)
        _ = base.append()
        places[entity] = UInt32(place)
        return place
    }

    mutating func setLayers(_ place: Int, _ layers: Int) {
        let list = base.own(place)
        list[0] = UInt32(layers) | Header.isLoaded
        list[1] = UInt32(upper.count)
        for _ in 1..<layers { _ = upper.append() }
    }

    /// Adds one direction of a link; the caller has made room and adds the other.
    mutating func append(_ other: Int, to place: Int, _ layer: Int) {
        let count = links(place, layer).count
        let list = own(place, layer)
        list.links[count] = UInt32(other)
        list.setCount(count + 1)
    }

    mutating func remove(_ other: Int, from place: Int, _ layer: Int) {
        let links = links(place, layer)
        guard let found = links.firstIndex(of: UInt32(other)) else { return }
        let last = links.count - 1
        let list = own(place, layer)
        list.links[found] = list.links[last]
        list.setCount(last)
    }

    private struct OwnedList {
        let links: UnsafeMutablePointer<UInt32>
        let header: UnsafeMutablePointer<UInt32>
        let isBase: Bool

        func setCount(_ count: Int) {
            if isBase {
                header.pointee &= ~(Header.count << Header.countShift)
                header.pointee |= UInt32(count) << Header.countShift
            } else {
                header.pointee = UInt32(count)
            }
        }
    }

    private mutating func own(_ place: Int, _ layer: Int) -> OwnedList {
        let list = base.own(place)
        if layer == 0 { return OwnedList(links: list + 2, header: list, isBase: true) }
        let higher = upper.own(Int(list[1]) + layer - 1)
        return OwnedList(links: higher + 1, header: higher, isBase: false)
    }

    // MARK: The entry

    /// From now on searches enter here, or nowhere.
    mutating func moveEntry(to place: Int?) {
        entry = place
        entryIsChanged = true
    }

    /// Takes over what LMDB says.
    mutating func takeEntry(_ place: Int) { entry = place }

    // MARK: What is to be written

    mutating func markChanged(_ place: Int) {
        let list = base.own(place)
        if list[0] & Header.isChanged != 0 { return }
        list[0] |= Header.isChanged
        changed.append(UInt32(place))
    }

    mutating func willBeWritten(_ entity: UInt64) { removed.remove(entity) }

    /// The place is empty from now on.
    mutating func clear(_ place: Int) {
        let entity = rows.entity(place)
        base.own(place)[0] = Header.isLoaded
        places[entity] = nil
        removed.insert(entity)
    }

    mutating func forgetChanges() {
        for place in changed { base.own(Int(place))[0] &= ~Header.isChanged }
        changed = []
        removed = []
        entryIsChanged = false
    }
}
