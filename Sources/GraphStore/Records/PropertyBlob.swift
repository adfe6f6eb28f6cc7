internal import Values

/// The properties of one entity, read in place.
///
/// ```
/// count u16 │ (key u32 · tag u8 · offset u24) … │ payloads
///             by key, ascending                   each ends where the next begins
/// ```
///
/// An entity without properties has no blob at all: zero bytes. Offsets count from the blob's
/// begin. Every read checks that it stays inside: a damaged blob is found, never followed.
struct PropertyBlob {
    let bytes: UnsafeRawBufferPointer

    static let headerBytes = 2
    static let entryBytes = 8
    /// Properties of one entity.
    static let maximumCount = Int(UInt16.max)
    /// Bytes of one entity's properties together: what a 24-bit offset reaches.
    static let maximumBytes = 1 << 24 - 1

    /// One property as it is stored.
    struct Stored {
        let tag: UInt8
        let payload: UnsafeRawBufferPointer
    }

    enum Lookup {
        case absent
        case found(Stored)
        case damaged
    }

    @inline(__always)
    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Nil where the bytes cannot be a blob.
    @inline(__always)
    var count: Int? {
        if bytes.isEmpty { return 0 }
        guard bytes.count >= Self.headerBytes else { return nil }
        let count = Int(bytes.little(UInt16.self, at: 0))
        return Self.headerBytes + count * Self.entryBytes <= bytes.count ? count : nil
    }

    @inline(__always)
    func key(at index: Int) -> KeyID {
        bytes.little(UInt32.self, at: Self.headerBytes + index * Self.entryBytes)
    }

    @inline(__always)
    private func place(at index: Int) -> UInt32 {
        bytes.little(UInt32.self, at: Self.headerBytes + index * Self.entryBytes + 4)
    }

    /// The property at an index below `count`; nil where the entry is damaged.
    @inline(__always)
    func stored(at index: Int, of count: Int) -> Stored? {
        let place = place(at: index)
        let begin = Int(place >> 8)
        let end = index + 1 < count ? Int(self.place(at: index + 1) >> 8) : bytes.count
        guard begin <= end, end <= bytes.count,
            begin >= Self.headerBytes + count * Self.entryBytes
        else { return nil }
        return Stored(tag: UInt8(truncatingIfNeeded: place), payload: bytes.part(begin..<end))
    }

    /// Cost: a few nanoseconds; linear over the keys up to sixteen, by halves above.
    @inline(__always)
    func find(_ key: KeyID) -> Lookup {
        guard let count else { return .damaged }
        var low = 0
        var high = count
        while high - low > 16 {
            let middle = (low + high) / 2
            if self.key(at: middle) < key { low = middle + 1 } else { high = middle + 1 }
        }
        while low < high {
            let found = self.key(at: low)
            if found == key {
                guard let stored = stored(at: low, of: count) else { return .damaged }
                return .found(stored)
            }
            if found > key { return .absent }
            low += 1
        }
        return .absent
    }

    /// All properties in key order; nil where the blob is damaged.
    func all() -> [(key: KeyID, value: Value)]? {
        guard let count else { return nil }
        var result: [(key: KeyID, value: Value)] = []
        result.reserveCapacity(count)
        for index in 0..<count {
            guard let value = stored(at: index, of: count)?.value else { return nil }
            result.append((key(at: index), value))
        }
        return result
    }
}
