internal import CKernels
import Foundation

/// The rows of a vector index in memory, each at its place: as floats, and rounded to eight bits.
///
/// Rows are only ever added, behind the others, so that versions of an index share their segments:
/// each version knows how many rows are its own. Of the versions that share segments only the
/// newest adds rows (the writer's), and what it adds behind a version that somebody else sees is
/// outside that version's count.
struct VectorRows {
    let stride: Int
    private(set) var count = 0
    private let shift: Int
    private let mask: Int
    private var segments: ContiguousArray<RowSegment> = []
    private var addresses: ContiguousArray<UnsafePointer<Float>> = []

    /// What a segment's floats take: whole large pages of memory, or what a short search needs.
    enum SegmentSize: Int {
        case large = 4_194_304
        case small = 131_072
    }

    init(stride: Int, _ size: SegmentSize) {
        self.stride = stride
        var shift = 3
        while (stride * MemoryLayout<Float>.size) << (shift + 1) <= size.rawValue { shift += 1 }
        self.shift = shift
        mask = (1 << shift) - 1
    }

    /// Floats, bytes, and what is known of a row.
    static func bytesPerRow(stride: Int) -> Int {
        stride * 5 + MemoryLayout<RoundedRow>.stride + MemoryLayout<UInt64>.size
    }

    var byteCount: Int { count * Self.bytesPerRow(stride: stride) }

    /// Valid as long as a copy of these rows.
    @inline(__always)
    func row(_ place: Int) -> UnsafePointer<Float> {
        addresses[place >> shift] + (place & mask) * stride
    }

    @inline(__always)
    func entity(_ place: Int) -> UInt64 { segments[place >> shift].entities[place & mask] }

    /// Adds a row of `dimensions` floats, wherever they lie; returns its place.
    mutating func append(_ entity: UInt64, _ bytes: UnsafeRawBufferPointer) -> Int {
        let place = count
        count += 1
        if place >> shift == segments.count {
            let segment = RowSegment(rows: 1 << shift, stride: stride)
            segments.append(segment)
            addresses.append(UnsafePointer(segment.floats))
        }
        segments[place >> shift].set(place & mask, entity, bytes, stride)
        return place
    }

    /// Calls `visit` for each place whose measure may reach the threshold, which `visit` returns
    /// anew; `checkpoint` between blocks.
    func forEachCandidate(
        _ query: RoundedVector, threshold: Float, _ checkpoint: () throws -> Void,
        _ visit: (Int) throws -> Float
    ) throws {
        var threshold = threshold
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.blockRows) { dots in
            guard let results = dots.baseAddress else { return }
            var block = 0
            while block < count {
                if block & (Self.checkedRows - 1) == 0 { try checkpoint() }
                let segment = segments[block >> shift]
                let first = block & mask
                let rows = min(Self.blockRows, min(count - block, (1 << shift) - first))
                query.dots(segment.bytes + first * stride, rows: rows, stride, into: results)
                for row in 0..<rows
                where query.bound(results[row], segment.rounded[first + row]) >= threshold {
                    threshold = try visit(block + row)
                }
                block += rows
            }
        }
    }

    private static let blockRows = 256
    /// Rows between two checkpoints, a power of two.
    private static let checkedRows = 16384
}

/// What is known of a rounded row: x = s·x̂ + d, x̂ in −127 … 127, |dᵢ| ≤ s / 2.
struct RoundedRow {
    /// s
    var scale: Float = 0
    /// s·Σ|x̂ᵢ|
    var weight: Float = 0
    /// Σxᵢ²
    var square: Float = 0

    private static let greatest: Float = 127

    init(_ row: UnsafePointer<Float>, _ count: Int, into bytes: UnsafeMutablePointer<Int8>) {
        var peak: Float = 0
        for place in 0..<count {
            peak = max(peak, abs(row[place]))
            square += row[place] * row[place]
        }
        scale = peak / Self.greatest
        for place in 0..<count {
            let rounded = Self.round(row[place], scale)
            weight += Float(abs(rounded))
            bytes[place] = Int8(rounded)
        }
        weight *= scale
    }

    @inline(__always)
    static func round(_ value: Float, _ scale: Float) -> Int16 {
        // A scale that underflows leaves nothing to divide by.
        guard scale > 0 else { return 0 }
        return Int16(max(-greatest, min(greatest, (value / scale).rounded())))
    }

    static func scale(peak: Float) -> Float { peak / greatest }
}

/// A vector that is sought, rounded too: a quarter of the memory to go through, and a bound on what
/// rounding can have done, so that a search looks only at the rows whose exact measure might be
/// among the best. What it finds is exactly what a look at all rows would find.
///
///     |q·x − t·s·(q̂·x̂)| ≤ ½ · (t·s·Σ|x̂ᵢ| + s·Σ|qᵢ|)      where t is the scale of q
struct RoundedVector {
    private let isEuclidean: Bool
    private let elements: ContiguousArray<Int16>
    private let scale: Float
    /// Σ|qᵢ| and Σqᵢ².
    private let weight: Float
    private let square: Float

    /// Widens the bound by what computing with floats can add.
    private static let slack: Float = 1.25

    init(_ wanted: ContiguousArray<Float>, _ similarity: VectorSettings.Similarity) {
        isEuclidean = similarity == .euclidean
        let scale = RoundedRow.scale(peak: wanted.map(abs).max() ?? 0)
        self.scale = scale
        elements = ContiguousArray(wanted.map { RoundedRow.round($0, scale) })
        weight = wanted.reduce(0) { $0 + abs($1) }
        square = wanted.reduce(0) { $0 + $1 * $1 }
    }

    fileprivate func dots(
        _ rows: UnsafePointer<Int8>, rows count: Int, _ stride: Int,
        into results: UnsafeMutablePointer<Int32>
    ) {
        elements.withUnsafeBufferPointer { query in
            guard let query = query.baseAddress else { return }
            kernel_byte_dots(query, rows, count, stride, results)
        }
    }

    /// The greatest measure that the row can have.
    @inline(__always)
    fileprivate func bound(_ dot: Int32, _ row: RoundedRow) -> Float {
        let error = scale * row.weight + row.scale * weight
        let greatest = scale * row.scale * Float(dot) + error * (0.5 * Self.slack)
        if !isEuclidean { return greatest }
        return 2 * greatest - (row.square + square) * (1 - 1e-5)
    }
}

/// `@unchecked Sendable`: see ``VectorRows``, whose newest version alone writes, to rows that no
/// other version has.
private final class RowSegment: @unchecked Sendable {
    let floats: UnsafeMutablePointer<Float>
    let bytes: UnsafeMutablePointer<Int8>
    let rounded: UnsafeMutablePointer<RoundedRow>
    let entities: UnsafeMutablePointer<UInt64>

    init(rows: Int, stride: Int) {
        func allocate<T>(_ type: T.Type, _ count: Int) -> UnsafeMutablePointer<T> {
            GrowingMemory(capacity: count * MemoryLayout<T>.stride).give()
                .bindMemory(to: T.self, capacity: count)
        }
        floats = allocate(Float.self, rows * stride)
        bytes = allocate(Int8.self, rows * stride)
        rounded = allocate(RoundedRow.self, rows)
        entities = allocate(UInt64.self, rows)
    }

    deinit {
        // Plain numbers in memory of `GrowingMemory.give`.
        free(floats)
        free(bytes)
        free(rounded)
        free(entities)
    }

    func set(_ row: Int, _ entity: UInt64, _ source: UnsafeRawBufferPointer, _ stride: Int) {
        let target = floats + row * stride
        let dimensions = source.count / MemoryLayout<Float>.size
        for place in 0..<dimensions {
            target[place] = Float(bitPattern: source.little(UInt32.self, at: place * 4))
        }
        (target + dimensions).update(repeating: 0, count: stride - dimensions)
        rounded[row] = RoundedRow(target, stride, into: bytes + row * stride)
        entities[row] = entity
    }
}
