internal import Foundation
import LinearAlgebra

/// A linear model from items to items whose diagonal is zero.
///
/// In the published form every user counts for as much as they have, and every item for the same. Two
/// powers of the degrees, as those of ``BSPMMethod``, let busy users and popular items say less. They
/// were chosen on a fifth of each user's training interactions on Gowalla, held out.
public struct EASEMethod: RecommenderMethod {
    public static let name = "ease"
    public static let description = """
        Ridge regression of every item on all others: B = I - P diag(1 / diag P) with \
        P = (XᵀWX + λI)⁻¹ and W = D_u^-`userPower`, scaled so that the mean interaction weighs 1; \
        score = x D_i^-`itemPower` B (Steck, "Embarrassingly Shallow Autoencoders for Sparse \
        Data", WWW 2019: there both powers are 0). Each item keeps its `neighbours` strongest \
        entries of B.
        """
    public static let options = [
        MethodOption.number("regularization", 100, in: 1e-3...1e9, "λ"),
        MethodOption.number(
            "userPower", 0.4, in: 0...2, "how much interactions of busy users are held back"),
        MethodOption.number(
            "itemPower", 0.15, in: 0...2, "how much less popular items of the user tell"),
        MethodOption.integer(
            "neighbours", 500, in: 1...1_000_000, "entries of B that are kept for each item"),
        MethodOption.number(
            "memory", 8, in: 0.001...10_000,
            "GiB that the inverse may take: 4 bytes for each pair of users, or of items, "
                + "whichever are fewer; never more than half of the machine's memory"),
    ]

    /// Whatever `memory` says: what does not fit ends the process, and with it everybody's statements.
    private static let greatestShareOfMachine = 0.5

    private let regularization: Float
    private let userPower: Float
    private let itemPower: Float
    private let neighbours: Int
    private let memory: Double

    public init(_ options: MethodOptions) {
        regularization = options.float("regularization")
        userPower = options.float("userPower")
        itemPower = options.float("itemPower")
        neighbours = options.integer("neighbours")
        memory = options.number("memory")
    }

    /// Cost: n³ multiplications and additions for n items, or n users where those are fewer.
    /// Errors: ``MethodError`` where the inverse would take more than `memory`, or than half of the
    /// machine's.
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
        let limit =
            Double(ProcessInfo.processInfo.physicalMemory) * Self.greatestShareOfMachine / 0x1p30
        guard needed <= limit else {
            throw MethodError(
                """
                ease: the inverse of \(size) × \(size) numbers takes \(tenths(needed)) GiB, more \
                than the \(tenths(limit)) GiB that are half of the machine's memory; learn from \
                fewer users or items, or with a method without an inverse
                """)
        }
        let sizes = matrix.mapValues { abs($2) }
        let precision = try RidgePrecision(
            weighted(matrix, degrees: sizes.rowSums()), regularization, training.monitor)
        let rows = try precision.rows(neighbours, training.monitor)
        let restraint = sizes.columnSums().map { power($0, -itemPower) }
        return ItemRowsModel(rows: rows.mapValues { item, _, weight in weight * restraint[item] })
    }

    /// W^½ X: its Gram matrix is XᵀWX.
    private func weighted(_ matrix: SparseMatrix, degrees: [Float]) -> SparseMatrix {
        let weights = degrees.map { power($0, -userPower) }
        let total = zip(weights, degrees).reduce(0) { $0 + Double($1.0 * $1.1) }
        guard userPower != 0, total > 0 else { return matrix }
        let mean = Float(total / degrees.reduce(0) { $0 + Double($1) })
        let roots = weights.map { ($0 / mean).squareRoot() }
        return matrix.mapValues { user, _, value in value * roots[user] }
    }

    private func tenths(_ value: Double) -> String { "\((value * 10).rounded(.up) / 10)" }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try ItemRowsModel(stored)
    }
}
