public import Values

/// # Vectors
///
/// ```
/// indexes:  index u32 │ entity u64            →  Float32 × dimensions
///           index u32 │ 1 · entity, 63 bits   →  the entity's links in each layer of the graph
///           index u32 │ FF × 8                →  the entity where searches enter the graph
/// ```
///
/// A row for each entity whose property is a vector, or a list of numbers, of the index's
/// dimension; what has another dimension is not indexed, as in Neo4j. For cosine similarity the row
/// has length 1, and a vector without direction is not indexed.
///
/// Searching is approximate where that is faster: through a hierarchical navigable small world
/// (``VectorGraph``), which every write keeps. Where rows are few, many are asked for, or a filter
/// leaves few, it is exact: rounded rows tell which ones to look at (``RoundedVector``).
///
/// Both work on a copy in memory, versioned by commit (``VectorGraphs``); where there is none, on
/// the pages of the file.
public struct VectorSettings: Sendable, Equatable {
    /// `dot` is Starling's own: for vectors whose length matters, such as those of matrix
    /// factorisation.
    public enum Similarity: String, Sendable, CaseIterable { case cosine, euclidean, dot }

    public let dimensions: Int
    public let similarity: Similarity
    /// Links that a new vector gets in each layer (M); twice as many fit in the lowest one.
    public let links: Int
    /// How many candidates its links are chosen from (efConstruction).
    public let constructionCandidates: Int
    /// How many candidates a search keeps (ef), if it does not say.
    public let searchCandidates: Int

    public static let maximumDimensions = 4096
    public static let linkBounds = 2...512
    public static let candidateBounds = 1...3200

    private static let dimensionsKey = "vector.dimensions"
    private static let similarityKey = "vector.similarity_function"
    private static let linksKey = "vector.hnsw.m"
    private static let constructionKey = "vector.hnsw.ef_construction"
    private static let searchKey = "vector.hnsw.ef_search"
    /// Neo4j's: accepted, and without effect. Rounded rows are always kept, and always checked
    /// against the exact ones.
    private static let quantizationKeys = [
        "vector.quantization.enabled", "vector.quantization.type",
    ]

    /// Neo4j's defaults, and a search that finds 99 of 100 on vectors that have some structure.
    private static let standardLinks = 16
    private static let standardConstruction = 100
    private static let standardSearch = 64

    /// Errors: `unsupported` for a missing, unknown or ill-typed option, `limitExceeded` for a
    /// number out of bounds.
    public init(_ options: ValueMap) throws(StoreError) {
        var numbers: [String: Int] = [
            Self.linksKey: Self.standardLinks, Self.constructionKey: Self.standardConstruction,
            Self.searchKey: Self.standardSearch,
        ]
        let bounds = [
            Self.dimensionsKey: 1...Self.maximumDimensions, Self.linksKey: Self.linkBounds,
            Self.constructionKey: Self.candidateBounds, Self.searchKey: Self.candidateBounds,
        ]
        var similarity = Similarity.cosine
        for (key, value) in options {
            switch (key, value) {
            case (Self.similarityKey, .string(let name)):
                guard let known = Similarity(rawValue: name.lowercased()) else {
                    let names = Similarity.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .unsupported(
                        "there is no similarity function '\(name)'; there are \(names)")
                }
                similarity = known
            case (let key, .integer(let number)) where bounds[key] != nil:
                guard let bounds = bounds[key], let known = Int(exactly: number),
                    bounds.contains(known)
                else { throw Self.outOfBounds(key, number, bounds[key]) }
                numbers[key] = known
            case (let key, _) where Self.quantizationKeys.contains(key): break
            default:
                throw .unsupported(
                    "a vector index has no option '\(key)' with such a value; it takes "
                        + "\(Self.dimensionsKey), \(Self.linksKey), \(Self.constructionKey), "
                        + "\(Self.searchKey) (integers) and \(Self.similarityKey) "
                        + "('cosine', 'euclidean' or 'dot')")
            }
        }
        guard let dimensions = numbers[Self.dimensionsKey] else {
            throw .unsupported("a vector index needs the option \(Self.dimensionsKey)")
        }
        self.dimensions = dimensions
        self.similarity = similarity
        links = numbers[Self.linksKey] ?? Self.standardLinks
        constructionCandidates = numbers[Self.constructionKey] ?? Self.standardConstruction
        searchCandidates = numbers[Self.searchKey] ?? Self.standardSearch
    }

    private static func outOfBounds(_ key: String, _ number: Int64, _ bounds: ClosedRange<Int>?)
        -> StoreError
    {
        guard let bounds else { return .unsupported("a vector index has no option '\(key)'") }
        return .limitExceeded(
            "\(key) is \(number); \(bounds.lowerBound) to \(bounds.upperBound) are allowed")
    }

    /// Floats of a row in memory.
    var stride: Int { VectorKernel.stride(dimensions) }
    var rowBytes: Int { dimensions * MemoryLayout<Float>.size }

    /// The vector as rows have it; nil where none can stand for it: another dimension, something
    /// that is no finite number, and for cosine no direction.
    public func row(_ vector: [Float]) -> [Float]? {
        guard vector.count == dimensions else { return nil }
        var squares = 0.0
        for element in vector { squares += Double(element) * Double(element) }
        guard squares.isFinite else { return nil }
        switch similarity {
        case .euclidean, .dot: return vector
        case .cosine:
            let length = squares.squareRoot()
            guard length > 0 else { return nil }
            return vector.map { Float(Double($0) / length) }
        }
    }

    /// The more similar the greater; the first two as Neo4j gives them, from 0 to 1.
    ///
    ///     cosine: (1 + cos) / 2      euclidean: 1 / (1 + distance²)      dot: the product itself
    func score(_ measure: Float) -> Double {
        switch similarity {
        case .cosine: (1 + Double(min(1, max(-1, measure)))) / 2
        case .euclidean: 1 / (1 - Double(min(0, measure)))
        case .dot: Double(measure)
        }
    }

    func postings(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob)
        -> IndexContent.Postings?
    {
        guard let value = properties.value(index.keys[0]), let vector = [Float](vector: value),
            let row = row(vector)
        else { return nil }
        let bytes = row.withUnsafeBytes { Array($0) }
        return IndexContent.Postings(
            entity: entity,
            entries: [IndexContent.Entry(key: VectorStorage.rowKey(index.id, entity), value: bytes)]
        )
    }
}

extension [Float] {
    /// The numbers of a vector or a list of numbers; nil for everything else.
    public init?(vector value: Value) {
        switch value {
        case .vector(let elements): self = elements
        case .list(let elements):
            self = []
            reserveCapacity(elements.count)
            for element in elements {
                switch element {
                case .float(let number): append(Float(number))
                case .integer(let number): append(Float(number))
                default: return nil
                }
            }
        default: return nil
        }
    }
}
