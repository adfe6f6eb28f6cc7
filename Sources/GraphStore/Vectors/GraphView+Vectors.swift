internal import LMDB

/// An entity that a search has found.
public struct ScoredEntity: Sendable, Equatable {
    public let id: UInt64
    public let score: Double

    public init(id: UInt64, score: Double) {
        self.id = id
        self.score = score
    }
}

extension GraphView {
    /// The `k` entities whose vectors are the most similar, the best first; ties by id.
    ///
    /// `filter` decides which entities may be found: it is asked for those only that would be among
    /// the best so far, so that `k` are found where there are `k`. `checkpoint` is called between
    /// blocks of rows and may throw.
    ///
    /// Exact. Cost: one pass over all rows of the index, at the speed of memory once they have been
    /// read from LMDB. Errors: `schemaMissing` where no such vector index is online, `unsupported`
    /// where the vector does not fit it.
    public func nearest(
        _ index: IndexDefinition, to vector: [Float], _ k: Int,
        where filter: ((UInt64) throws -> Bool)? = nil, checkpoint: () throws -> Void = {}
    ) throws -> [ScoredEntity] {
        let found = try online(index, .vector)
        guard case .vectors(let settings) = found.settings else { return [] }
        guard vector.count == settings.dimensions else {
            throw StoreError.unsupported(
                "the index '\(index.name)' has vectors of \(settings.dimensions) dimensions, not "
                    + "\(vector.count)")
        }
        guard let row = settings.row(vector) else {
            throw StoreError.unsupported(
                "the vector to search for has no direction, or an element that is not finite")
        }
        var search = VectorSearch(settings, row, min(k, count(.index(found.id))), filter)
        if let matrix = vectorMatrix(found, settings) {
            let stale = stale(matrix, found)
            try search.scan(matrix, stale: stale, checkpoint)
            for id in stale {
                VectorSettings.key(found.id, id).lend { key in
                    guard let bytes = transaction.get(core.databases.indexes, key) else { return }
                    search.load(bytes)
                }
                try search.offerLoaded(id)
            }
        } else {
            try scanRows(found.id, &search, checkpoint)
        }
        return search.best.sorted.map {
            ScoredEntity(id: $0.id, score: settings.score($0.measure))
        }
    }

    /// What the matrix must not be asked for: changed by commits since, or by this transaction.
    private func stale(_ matrix: VectorMatrix, _ index: Schema.Index) -> Set<UInt64> {
        matrix.staleIDs.union(pending?.vectorChanges[index.id] ?? [])
    }

    private func scanRows(
        _ index: UInt32, _ search: inout VectorSearch, _ checkpoint: () throws -> Void
    ) throws {
        try forEachRow(index) { id, bytes, place in
            if place & 0xFFF == 0 { try checkpoint() }
            search.load(bytes)
            try search.offerLoaded(id)
        }
    }

    private func forEachRow(
        _ index: UInt32, _ visit: (UInt64, UnsafeRawBufferPointer, Int) throws -> Void
    ) throws {
        let prefix = IndexKey.prefix(index)
        let cursor = try transaction.openCursor(core.databases.indexes)
        var found = prefix.lend { cursor.seek($0) }
        var place = 0
        while found, cursor.key.starts(with: prefix) {
            try visit(cursor.key.big(UInt64.self, at: IndexKey.prefixBytes), cursor.value, place)
            place += 1
            found = cursor.next()
        }
    }

    /// The rows in memory as this view may use them; nil where LMDB must be read.
    private func vectorMatrix(_ index: Schema.Index, _ settings: VectorSettings) -> VectorMatrix? {
        let count = count(.index(index.id))
        let stride = VectorKernel.stride(settings.dimensions)
        switch core.matrices.matrix(
            index.id, change: change, bytes: count * (stride * 5 + VectorMatrix.bytesPerRow))
        {
        case .matrix(let matrix): return matrix
        case .nothing: return nil
        case .build:
            // The writer's view sees more than the commit that a matrix would be of.
            guard pending == nil, let matrix = readMatrix(index, settings, count) else {
                core.matrices.giveUp(index.id)
                return nil
            }
            core.matrices.share(matrix, of: index.id)
            return matrix
        }
    }

    private func readMatrix(_ index: Schema.Index, _ settings: VectorSettings, _ count: Int)
        -> VectorMatrix?
    {
        let stride = VectorKernel.stride(settings.dimensions)
        let padding = repeatElement(Float(0), count: stride - settings.dimensions)
        var ids: ContiguousArray<UInt64> = []
        var rows: ContiguousArray<Float> = []
        ids.reserveCapacity(count)
        rows.reserveCapacity(count * stride)
        do {
            try forEachRow(index.id) { id, bytes, _ in
                guard bytes.count == settings.dimensions * MemoryLayout<Float>.size else {
                    noteDamage("vector of \(id) in '\(index.definition.name)' has a wrong size")
                    return
                }
                ids.append(id)
                for place in 0..<settings.dimensions {
                    rows.append(Float(bitPattern: bytes.little(UInt32.self, at: place * 4)))
                }
                rows.append(contentsOf: padding)
            }
        } catch { return nil }
        return VectorMatrix(change: change, ids: ids, rows: rows, stride: stride)
    }
}

/// One search: the vector that is sought, and the best so far.
struct VectorSearch {
    private(set) var best: NearestHeap
    private let similarity: VectorSettings.Similarity
    private let dimensions: Int
    private let stride: Int
    private let filter: ((UInt64) throws -> Bool)?
    /// Padded to the stride.
    private let wanted: ContiguousArray<Float>
    private let quantized: QuantizedRows.Query
    /// A row from LMDB, where floats are not aligned; empty where there is none.
    private var loaded: ContiguousArray<Float>
    private var hasLoaded = false

    /// Rows between two checkpoints.
    private static let blockRows = 4096

    init(
        _ settings: VectorSettings, _ row: [Float], _ k: Int,
        _ filter: ((UInt64) throws -> Bool)?
    ) {
        best = NearestHeap(capacity: max(0, k))
        similarity = settings.similarity
        dimensions = settings.dimensions
        stride = VectorKernel.stride(settings.dimensions)
        self.filter = filter
        wanted = ContiguousArray(row + [Float](repeating: 0, count: stride - row.count))
        quantized = QuantizedRows.Query(wanted)
        loaded = ContiguousArray(repeating: 0, count: stride)
    }

    mutating func scan(
        _ matrix: VectorMatrix, stale: Set<UInt64>, _ checkpoint: () throws -> Void
    ) throws {
        let stalePlaces = stale.compactMap { matrix.place($0) }.sorted()
        var nextStale = 0
        var block = 0
        while block < matrix.ids.count {
            try checkpoint()
            let end = min(matrix.ids.count, block + Self.blockRows)
            var place = block
            while place < end {
                let isStale = nextStale < stalePlaces.count
                let stop = isStale ? min(end, stalePlaces[nextStale]) : end
                try scan(matrix, place..<stop)
                place = stop
                if isStale, place == stalePlaces[nextStale] {
                    nextStale += 1
                    place += 1
                }
            }
            block = max(end, place)
        }
    }

    private mutating func scan(_ matrix: VectorMatrix, _ places: Range<Int>) throws {
        let (wanted, stride, similarity) = (wanted, stride, similarity)
        try wanted.withUnsafeBufferPointer { wanted in
            try matrix.rows.withUnsafeBufferPointer { rows in
                guard let sought = wanted.baseAddress, let first = rows.baseAddress else { return }
                try matrix.quantized.forEachCandidate(
                    similarity, quantized, places, threshold: best.threshold
                ) { place in
                    let likeness = VectorKernel.measure(
                        similarity, sought, first + place * stride, stride)
                    if likeness >= best.threshold { try offer(likeness, matrix.ids[place]) }
                    return best.threshold
                }
            }
        }
    }

    mutating func load(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == dimensions * MemoryLayout<Float>.size else { return }
        for place in 0..<dimensions {
            loaded[place] = Float(bitPattern: bytes.little(UInt32.self, at: place * 4))
        }
        hasLoaded = true
    }

    /// Offers what was loaded, if anything was.
    mutating func offerLoaded(_ id: UInt64) throws {
        guard hasLoaded else { return }
        hasLoaded = false
        let likeness = wanted.withUnsafeBufferPointer { wanted in
            loaded.withUnsafeBufferPointer { row in
                VectorKernel.measure(
                    similarity, wanted.baseAddress!, row.baseAddress!, stride)
            }
        }
        if likeness >= best.threshold { try offer(likeness, id) }
    }

    private mutating func offer(_ likeness: Float, _ id: UInt64) throws {
        if let filter, try !filter(id) { return }
        best.offer(likeness, id)
    }
}
