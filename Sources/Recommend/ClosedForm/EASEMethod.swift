import LinearAlgebra

/// A linear model from items to items whose diagonal is zero.
public struct EASEMethod: RecommenderMethod {
    public static let name = "ease"
    public static let description = """
        Ridge regression of every item on all others: B = I - P diag(1 / diag P) with \
        P = (XᵀX + λI)⁻¹; score = x B (Steck, "Embarrassingly Shallow Autoencoders for Sparse \
        Data", WWW 2019). Each item keeps its `neighbours` strongest entries of B.
        """
    public static let options = [
        MethodOption.number("regularization", 100, in: 1e-3...1e9, "λ"),
        MethodOption.integer(
            "neighbours", 500, in: 1...1_000_000, "entries of B that are kept for each item"),
        MethodOption.number(
            "memory", 8, in: 0.001...10_000,
            "GiB that the inverse may take: 4 bytes for each pair of users, or of items, "
                + "whichever are fewer"),
    ]

    private let regularization: Float
    private let neighbours: Int
    private let memory: Double

    public init(_ options: MethodOptions) {
        regularization = options.float("regularization")
        neighbours = options.integer("neighbours")
        memory = options.number("memory")
    }

    /// Cost: n³ multiplications and additions for n items, or n users where those are fewer.
    /// Errors: ``MethodError`` where the inverse would take more than `memory`.
    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let matrix = interactions.matrix
        let size = min(matrix.rows, matrix.columns)
        let needed = Double(size) * Double(size) * 4 / 0x1p30
        guard needed <= memory else {
            throw MethodError(
                """
                ease: the inverse of \(size) × \(size) numbers takes \(tenths(needed)) GiB, more \
                than the \(tenths(memory)) GiB of the option `memory`
                """)
        }
        let precision = try RidgePrecision(matrix, regularization, training.monitor)
        return ItemRowsModel(rows: try precision.rows(neighbours, training.monitor))
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded(.up) / 10)" }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try ItemRowsModel(stored)
    }
}
