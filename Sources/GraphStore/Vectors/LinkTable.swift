/// Lists of up to `width` words, one for each place. Copies share their chunks until one of them
/// changes a list: then it copies that chunk.
struct LinkTable {
    /// Words of one list.
    let width: Int
    private(set) var count = 0
    private let shift: Int
    private let mask: Int
    private var chunks: ContiguousArray<LinkChunk> = []
    /// Where each chunk's words are: reading follows these, so that it counts no references.
    private var addresses: ContiguousArray<UnsafeMutablePointer<UInt32>> = []

    /// Small enough that copying one for each changed list costs little: twenty of them after an
    /// insertion are 160 KB.
    private static let chunkWords = 2048

    init(width: Int) {
        self.width = width
        var shift = 0
        while (width << (shift + 1)) <= Self.chunkWords { shift += 1 }
        self.shift = shift
        mask = (1 << shift) - 1
    }

    var byteCount: Int { chunks.count * (width << shift) * MemoryLayout<UInt32>.size }

    /// Valid until the table changes or goes.
    @inline(__always)
    func list(_ place: Int) -> UnsafePointer<UInt32> {
        UnsafePointer(addresses[place >> shift] + (place & mask) * width)
    }

    /// The same, to be written.
    @inline(__always)
    mutating func own(_ place: Int) -> UnsafeMutablePointer<UInt32> {
        let chunk = place >> shift
        if !isKnownUniquelyReferenced(&chunks[chunk]) {
            chunks[chunk] = LinkChunk(chunks[chunk].words, count: width << shift)
            addresses[chunk] = chunks[chunk].words
        }
        return addresses[chunk] + (place & mask) * width
    }

    /// Adds a list of zeros behind the others; returns its place.
    mutating func append() -> Int {
        let place = count
        count += 1
        if place >> shift == chunks.count {
            let chunk = LinkChunk(count: width << shift)
            chunks.append(chunk)
            addresses.append(chunk.words)
        }
        own(place).update(repeating: 0, count: width)
        return place
    }
}

/// `@unchecked Sendable`: written only by the one table that refers to it.
private final class LinkChunk: @unchecked Sendable {
    let words: UnsafeMutablePointer<UInt32>

    init(count: Int) { words = .allocate(capacity: count) }

    init(_ other: UnsafeMutablePointer<UInt32>, count: Int) {
        words = .allocate(capacity: count)
        words.initialize(from: other, count: count)
    }

    deinit { words.deallocate() }
}
