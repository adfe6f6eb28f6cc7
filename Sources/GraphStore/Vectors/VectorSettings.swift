public import Values

/// # Vectors
///
/// ```
/// indexes:  index u32 │ entity u64  →  Float32 × dimensions
/// ```
///
/// A row for each entity whose property is a vector, or a list of numbers, of the index's
/// dimension; what has another dimension is not indexed, as in Neo4j. For cosine similarity the row
/// has length 1, and a vector without direction is not indexed.
///
/// Searching is exact. The rows come from ``VectorMatrix``, a copy in memory that commits keep
/// current, where rounded rows tell which ones to look at (``QuantizedRows``); else from LMDB in the
/// same order.
public struct VectorSettings: Sendable, Equatable {
    public enum Similarity: String, Sendable { case cosine, euclidean }

    public let dimensions: Int
    public let similarity: Similarity

    public static let maximumDimensions = 4096

    private static let dimensionsKey = "vector.dimensions"
    private static let similarityKey = "vector.similarity_function"
    /// Neo4j's settings of an approximate search: accepted, and without effect on an exact one.
    private static let approximationKeys = [
        "vector.quantization.enabled", "vector.quantization.type", "vector.hnsw.m",
        "vector.hnsw.ef_construction",
    ]

    /// Errors: `unsupported` for a missing, unknown or ill-typed option, `limitExceeded` for a
    /// dimension out of bounds.
    public init(_ options: ValueMap) throws(StoreError) {
        var dimensions: Int64?
        var similarity = Similarity.cosine
        for (key, value) in options {
            switch (key, value) {
            case (Self.dimensionsKey, .integer(let count)): dimensions = count
            case (Self.similarityKey, .string(let name)):
                guard let known = Similarity(rawValue: name.lowercased()) else {
                    throw .unsupported(
                        "there is no similarity function '\(name)'; there are cosine and euclidean")
                }
                similarity = known
            case (let key, _) where Self.approximationKeys.contains(key): break
            default:
                throw .unsupported(
                    "a vector index has no option '\(key)' with such a value; it takes "
                        + "\(Self.dimensionsKey) (an integer) and \(Self.similarityKey) "
                        + "('cosine' or 'euclidean')")
            }
        }
        guard let dimensions else {
            throw .unsupported("a vector index needs the option \(Self.dimensionsKey)")
        }
        guard (1...Int64(Self.maximumDimensions)).contains(dimensions) else {
            throw .limitExceeded(
                "\(dimensions) dimensions; one to \(Self.maximumDimensions) are allowed")
        }
        self.dimensions = Int(dimensions)
        self.similarity = similarity
    }

    /// The vector as rows have it; nil where none can stand for it: another dimension, something
    /// that is no finite number, and for cosine no direction.
    public func row(_ vector: [Float]) -> [Float]? {
        guard vector.count == dimensions else { return nil }
        var squares = 0.0
        for element in vector { squares += Double(element) * Double(element) }
        guard squares.isFinite else { return nil }
        switch similarity {
        case .euclidean: return vector
        case .cosine:
            let length = squares.squareRoot()
            guard length > 0 else { return nil }
            return vector.map { Float(Double($0) / length) }
        }
    }

    /// As Neo4j gives it: from 0 to 1, and the more similar the greater.
    ///
    ///     cosine: (1 + cos) / 2      euclidean: 1 / (1 + distance²)
    func score(_ measure: Float) -> Double {
        switch similarity {
        case .cosine: (1 + Double(min(1, max(-1, measure)))) / 2
        case .euclidean: 1 / (1 - Double(min(0, measure)))
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
            entries: [IndexContent.Entry(key: Self.key(index.id, entity), value: bytes)])
    }

    static func key(_ index: UInt32, _ entity: UInt64) -> [UInt8] {
        var key = IndexKey.prefix(index)
        key.append(bigEndian: entity)
        return key
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
