/// One search for the rows that are most like a vector: what is sought, and the best so far.
struct NearestSearch {
    private(set) var best: NearestHeap
    private let settings: VectorSettings
    private let stride: Int
    private let wantedCount: Int
    private let filter: ((UInt64) throws -> Bool)?
    /// Padded to the stride.
    private let wanted: ContiguousArray<Float>

    init(
        _ settings: VectorSettings, _ row: [Float], _ k: Int,
        _ filter: ((UInt64) throws -> Bool)?
    ) {
        best = NearestHeap(capacity: max(0, k))
        wantedCount = k
        self.settings = settings
        stride = settings.stride
        self.filter = filter
        wanted = ContiguousArray(row + [Float](repeating: 0, count: stride - row.count))
    }

    private mutating func offer(_ measure: Float, _ id: UInt64) throws {
        if let filter, try !filter(id) { return }
        best.offer(measure, id)
    }

    // MARK: Approximate

    /// Candidates are multiplied by this where the filter has left too few.
    private static let widening = 4

    /// Through the graph, with more and more candidates until as many as wanted pass the filter;
    /// false where a pass over all rows is cheaper, or the graph does not lead to as many: then
    /// nothing is found yet.
    ///
    /// `candidates` is ef; `rows` of the index are there.
    mutating func walk(
        _ graph: inout VectorGraph, candidates: Int, rows: Int, exactRowsPerCandidate: Int,
        _ source: VectorStorage, _ scratch: inout SearchScratch, _ checkpoint: () throws -> Void
    ) throws -> Bool {
        var candidates = max(candidates, wantedCount)
        while true {
            guard !candidates.multipliedReportingOverflow(by: exactRowsPerCandidate).overflow,
                candidates * exactRowsPerCandidate < rows
            else { return false }
            try checkpoint()
            wanted.withUnsafeBufferPointer { wanted in
                guard let query = wanted.baseAddress else { return }
                graph.search(query, candidates: candidates, source, &scratch)
            }
            // The walk has seen all that it can reach, and that is not all.
            if scratch.beam.count < min(candidates, rows) { break }
            best = NearestHeap(capacity: wantedCount)
            for rank in 0..<scratch.beam.count {
                let measure = scratch.beam.measure(rank)
                if measure < best.threshold { break }
                try offer(measure, graph.rows.entity(scratch.beam.place(rank)))
            }
            if best.items.count == wantedCount { return true }
            if candidates >= rows { break }
            candidates *= Self.widening
        }
        best = NearestHeap(capacity: wantedCount)
        return false
    }

    // MARK: Exact

    mutating func scan(_ graph: VectorGraph, _ checkpoint: () throws -> Void) throws {
        let (wanted, stride, similarity) = (wanted, stride, settings.similarity)
        try wanted.withUnsafeBufferPointer { buffer in
            guard let sought = buffer.baseAddress else { return }
            let rounded = RoundedVector(wanted, similarity)
            try graph.rows.forEachCandidate(rounded, threshold: best.threshold, checkpoint) {
                place in
                if graph.layers(place) > 0 {
                    let measure = VectorKernel.measure(
                        similarity, sought, graph.rows.row(place), stride)
                    if measure >= best.threshold {
                        try offer(measure, graph.rows.entity(place))
                    }
                }
                return best.threshold
            }
        }
    }

    /// Rows between two checkpoints.
    private static let checkedRows = 4096

    /// The same from LMDB's pages.
    mutating func scan(_ source: VectorStorage, _ checkpoint: () throws -> Void) throws {
        // Floats on a page are not aligned.
        var loaded = ContiguousArray<Float>(repeating: 0, count: stride)
        let (wanted, stride, settings) = (wanted, stride, settings)
        try source.forEachRow { id, bytes, place in
            if place.isMultiple(of: Self.checkedRows) { try checkpoint() }
            guard bytes.count == settings.rowBytes else { return }
            for place in 0..<settings.dimensions {
                loaded[place] = Float(bitPattern: bytes.little(UInt32.self, at: place * 4))
            }
            let measure = wanted.withUnsafeBufferPointer { wanted in
                loaded.withUnsafeBufferPointer { row in
                    VectorKernel.measure(
                        settings.similarity, wanted.baseAddress!, row.baseAddress!, stride)
                }
            }
            if measure >= best.threshold { try offer(measure, id) }
        }
    }
}
