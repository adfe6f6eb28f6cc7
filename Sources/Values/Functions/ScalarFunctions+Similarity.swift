extension ScalarFunctions {
    /// `similarity.NAME` is `gds.similarity.NAME`. The functions of Neo4j's `vector.similarity`
    /// differ: they map onto 0 to 1.
    static let similarity: [ScalarFunction] =
        ["similarity", "gds.similarity"].flatMap { prefix in
            [
                onVectors("\(prefix).cosine", "The cosine of the angle between two vectors.") {
                    pair throws(ValueError) in pair.cosine
                },
                onVectors("\(prefix).pearson", "The correlation of two vectors.") {
                    pair throws(ValueError) in
                    let (left, right) = pair.doubles
                    return Similarity.pearson(left, right)
                },
                onVectors("\(prefix).euclidean", "1 / (1 + the distance of two vectors).") {
                    pair throws(ValueError) in 1 / (1 + pair.squaredDistance.squareRoot())
                },
                onVectors("\(prefix).euclideanDistance", "The distance of two vectors.") {
                    pair throws(ValueError) in pair.squaredDistance.squareRoot()
                },
                onCollections(
                    "\(prefix).jaccard", "The common part of two lists over all of both.",
                    Similarity.jaccard),
                onCollections(
                    "\(prefix).overlap", "The common part of two lists over the shorter one.",
                    Similarity.overlap),
            ]
        } + [
            onVectors(
                "vector.similarity.cosine",
                "(1 + the cosine of the angle between two vectors) / 2, as vector indexes score."
            ) { pair throws(ValueError) in
                guard pair.haveDirection else {
                    throw .badValue("vector.similarity.cosine() takes no zero vector")
                }
                return (1 + pair.cosine) / 2
            },
            onVectors(
                "vector.similarity.euclidean",
                "1 / (1 + the squared distance of two vectors), as vector indexes score."
            ) { pair throws(ValueError) in 1 / (1 + pair.squaredDistance) },
        ]

    /// Vectors of Float32 and their sizes.
    static let vector: [ScalarFunction] = [
        ScalarFunction(
            "vector", .vector,
            [
                "vectorValue": "LIST<INTEGER | FLOAT> | STRING", "dimension": "INTEGER",
                "type": "STRING",
            ],
            "VECTOR", optional: 2, "A vector of Float32 from a list of numbers."
        ) { arguments throws(ValueError) in
            let elements = try vectorElements(arguments)
            if arguments.count > 1 {
                let dimension = try arguments.length(1)
                guard dimension == elements.count else {
                    throw .badValue(
                        "vector() has \(elements.count) elements where \(dimension) are asked for")
                }
            }
            if arguments.count > 2 {
                let type = try arguments.string(2).uppercased()
                guard ["FLOAT32", "FLOAT"].contains(type) else {
                    throw .badValue("vector() makes FLOAT32 elements only, not \(type)")
                }
            }
            return .vector(elements)
        },
        ScalarFunction(
            "vector_dimension_count", .vector, ["vector": "VECTOR"], "INTEGER",
            "How many elements a vector has."
        ) { arguments throws(ValueError) in
            guard case .vector(let elements) = arguments[0] else {
                throw arguments.wrongType(0, expected: "a vector")
            }
            return .integer(Int64(elements.count))
        },
    ]

    private static func vectorElements(_ arguments: Arguments) throws(ValueError) -> [Float] {
        var value = arguments[0]
        if case .string(let text) = value { value = try JSONReader.read(text) }
        if case .vector(let elements) = value { return elements }
        guard case .list(let list) = value else {
            throw arguments.wrongType(0, expected: "a list of numbers")
        }
        var elements: [Float] = []
        elements.reserveCapacity(list.count)
        for element in list {
            guard let number = element.asDouble else {
                throw .wrongType("vector()", expected: "a list of numbers", found: element)
            }
            let float = Float(number)
            guard float.isFinite else {
                throw .outOfRange("vector() takes finite Float32 numbers, not \(number.cypherText)")
            }
            elements.append(float)
        }
        return elements
    }

    private static func onVectors(
        _ name: String, _ description: String,
        _ measure: @escaping @Sendable (VectorPair) throws(ValueError) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            name, .similarity,
            [
                "vector1": "LIST<INTEGER | FLOAT> | VECTOR",
                "vector2": "LIST<INTEGER | FLOAT> | VECTOR",
            ], "FLOAT", description
        ) { arguments throws(ValueError) in .float(try measure(try VectorPair(arguments))) }
    }

    private static func onCollections(
        _ name: String, _ description: String,
        _ measure: @escaping @Sendable ([Value], [Value]) -> Double
    ) -> ScalarFunction {
        ScalarFunction(
            name, .similarity,
            ["vector1": "LIST<ANY> | VECTOR", "vector2": "LIST<ANY> | VECTOR"], "FLOAT", description
        ) { arguments throws(ValueError) in
            .float(measure(try elements(arguments, 0), try elements(arguments, 1)))
        }
    }

    private static func elements(
        _ arguments: Arguments, _ place: Int
    ) throws(ValueError) -> [Value] {
        if case .vector(let elements) = arguments[place] {
            return elements.map { .float(Double($0)) }
        }
        return try arguments.list(place)
    }
}

/// Two vectors of one length: both as Float32 if they are stored so, else both as floats.
private enum VectorPair: Sendable {
    case floats([Float], [Float])
    case doubles([Double], [Double])

    init(_ arguments: Arguments) throws(ValueError) {
        if case .vector(let left) = arguments[0], case .vector(let right) = arguments[1] {
            self = .floats(left, right)
        } else {
            self = .doubles(
                try Self.numbers(arguments, 0), try Self.numbers(arguments, 1))
        }
        let (left, right) = counts
        guard left == right else {
            throw .badValue(
                "\(arguments.function)() compares vectors of one length, not of "
                    + "\(left) and \(right)")
        }
    }

    private static func numbers(
        _ arguments: Arguments, _ place: Int
    ) throws(ValueError) -> [Double] {
        if case .vector(let elements) = arguments[place] { return elements.map { Double($0) } }
        var numbers: [Double] = []
        for element in try arguments.list(place) {
            guard let number = element.asDouble else {
                throw .wrongType(
                    "\(arguments.function)()", expected: "lists of numbers", found: element)
            }
            numbers.append(number)
        }
        return numbers
    }

    private var counts: (Int, Int) {
        switch self {
        case .floats(let left, let right): (left.count, right.count)
        case .doubles(let left, let right): (left.count, right.count)
        }
    }

    var doubles: ([Double], [Double]) {
        switch self {
        case .floats(let left, let right): (left.map { Double($0) }, right.map { Double($0) })
        case .doubles(let left, let right): (left, right)
        }
    }

    var cosine: Double {
        switch self {
        case .floats(let left, let right): Self.measure(left, right, Similarity.cosine)
        case .doubles(let left, let right): Self.measure(left, right, Similarity.cosine)
        }
    }

    var squaredDistance: Double {
        switch self {
        case .floats(let left, let right):
            Self.measure(left, right) { Double(Similarity.squaredDistance($0, $1)) }
        case .doubles(let left, let right):
            Self.measure(left, right) { Similarity.squaredDistance($0, $1) }
        }
    }

    /// Whether neither is the zero vector.
    var haveDirection: Bool {
        let (left, right) = doubles
        return left.contains { $0 != 0 } && right.contains { $0 != 0 }
    }

    private static func measure<Scalar>(
        _ left: [Scalar], _ right: [Scalar],
        _ kernel: (UnsafeBufferPointer<Scalar>, UnsafeBufferPointer<Scalar>) -> Double
    ) -> Double {
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in kernel(left, right) }
        }
    }
}
