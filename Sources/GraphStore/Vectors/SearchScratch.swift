/// Memory that a search in a ``VectorGraph`` works in, kept for the next one.
struct SearchScratch: ~Copyable {
    var visited = VisitedPlaces()
    var beam = Beam()
    /// Neighbours that have not been visited: their rows, places and measures.
    let rows: UnsafeMutablePointer<UnsafePointer<Float>>
    let places: UnsafeMutablePointer<UInt32>
    let measures: UnsafeMutablePointer<Float>

    /// More than a list of links can hold, with one to come.
    private static let capacity = 2 * VectorSettings.linkBounds.upperBound + 1

    init() {
        rows = .allocate(capacity: Self.capacity)
        places = .allocate(capacity: Self.capacity)
        measures = .allocate(capacity: Self.capacity)
    }

    deinit {
        rows.deallocate()
        places.deallocate()
        measures.deallocate()
    }
}

/// The best places so far of one search in one layer, the best first, and which of them have been
/// looked at from nearby ("expanded"). At most ef of them (`capacity`).
///
/// A sorted array does the work of the paper's two queues: what falls out of the best ef would never
/// be expanded.
struct Beam: ~Copyable {
    private(set) var count = 0
    private(set) var capacity = 0
    private var reserved = 0
    private var measures: UnsafeMutablePointer<Float>
    /// The highest bit says that the place has been expanded.
    private var places: UnsafeMutablePointer<UInt32>
    /// Everything before it has been expanded.
    private var next = 0

    private static let isExpanded: UInt32 = 1 << 31

    init() {
        measures = .allocate(capacity: 1)
        places = .allocate(capacity: 1)
    }

    deinit {
        measures.deallocate()
        places.deallocate()
    }

    func place(_ rank: Int) -> Int { Int(places[rank] & ~Self.isExpanded) }
    func measure(_ rank: Int) -> Float { measures[rank] }

    /// Begins anew, for so many.
    mutating func reset(capacity: Int) {
        count = 0
        next = 0
        self.capacity = capacity
        if capacity <= reserved { return }
        measures.deallocate()
        places.deallocate()
        reserved = capacity
        measures = .allocate(capacity: capacity)
        places = .allocate(capacity: capacity)
    }

    /// Keeps the best of what was found, as the start of another search for `capacity` places.
    mutating func reopen(capacity: Int) {
        if capacity > reserved {
            let (oldMeasures, oldPlaces) = (measures, places)
            measures = .allocate(capacity: capacity)
            places = .allocate(capacity: capacity)
            measures.update(from: oldMeasures, count: count)
            places.update(from: oldPlaces, count: count)
            oldMeasures.deallocate()
            oldPlaces.deallocate()
            reserved = capacity
        }
        self.capacity = capacity
        count = min(count, capacity)
        for rank in 0..<count { places[rank] &= ~Self.isExpanded }
        next = 0
    }

    @inline(__always)
    mutating func offer(_ measure: Float, _ place: UInt32) {
        if count == capacity {
            if measure <= measures[count - 1] { return }
        } else {
            count += 1
        }
        var (low, high) = (0, count - 1)
        while low < high {
            let middle = (low + high) / 2
            if measures[middle] >= measure { low = middle + 1 } else { high = middle }
        }
        var rank = count - 1
        while rank > low {
            measures[rank] = measures[rank - 1]
            places[rank] = places[rank - 1]
            rank -= 1
        }
        measures[low] = measure
        places[low] = place
        if low < next { next = low }
    }

    /// The best place that has not been expanded, which it is then; nil where all have been.
    @inline(__always)
    mutating func expandNext() -> Int? {
        while next < count {
            let place = places[next]
            if place & Self.isExpanded == 0 {
                places[next] |= Self.isExpanded
                next += 1
                return Int(place)
            }
            next += 1
        }
        return nil
    }
}

/// A set of places: a bit for each, small enough for the processor's nearest cache.
struct VisitedPlaces: ~Copyable {
    private var words: UnsafeMutablePointer<UInt64>
    private var wordCount = 1
    /// Words that are not zero.
    private var touched: ContiguousArray<UInt32> = []

    init() {
        words = .allocate(capacity: 1)
        words.initialize(to: 0)
    }

    deinit { words.deallocate() }

    /// Returns whether the place is new.
    @inline(__always)
    mutating func insert(_ place: Int) -> Bool {
        let (word, bit) = (place >> 6, UInt64(1) << UInt64(place & 63))
        if word >= wordCount { grow(to: word + 1) }
        let before = words[word]
        if before & bit != 0 { return false }
        if before == 0 { touched.append(UInt32(word)) }
        words[word] = before | bit
        return true
    }

    mutating func removeAll() {
        for word in touched { words[Int(word)] = 0 }
        touched.removeAll(keepingCapacity: true)
    }

    private mutating func grow(to least: Int) {
        let larger = UnsafeMutablePointer<UInt64>.allocate(capacity: max(least, wordCount * 2))
        larger.initialize(repeating: 0, count: max(least, wordCount * 2))
        larger.update(from: words, count: wordCount)
        words.deallocate()
        words = larger
        wordCount = max(least, wordCount * 2)
    }
}
