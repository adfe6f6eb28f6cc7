import Foundation
import LinearAlgebra
import Values

/// Where a walk of three steps from the user ends.
public struct P3AlphaMethod: RecommenderMethod {
    public static let name = "p3alpha"
    public static let description = """
        Where a random walk user → item → user → item ends. S(i, j) = Σ_u p(i→u)^α p(u→j)^α with \
        the transition probabilities p; score = x S (Cooper et al., "Random Walks in Recommender \
        Systems", WWW 2014).
        """
    public static let options = [
        MethodOption.number("alpha", 0.5, in: 0...4, "power of the transition probabilities"),
        WalkRows.neighboursOption,
    ]

    private let rows: WalkRows

    public init(_ options: MethodOptions) {
        rows = WalkRows(
            alpha: options.float("alpha"), beta: 0, neighbours: options.integer("neighbours"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        ItemRowsModel(rows: try rows.all(interactions.matrix, training.monitor))
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try ItemRowsModel(stored)
    }
}

/// The same, with what is popular held back.
public struct RP3BetaMethod: RecommenderMethod {
    public static let name = "rp3beta"
    public static let description = """
        Where a random walk user → item → user → item ends, popular items held back. S(i, j) = \
        Σ_u p(i→u)^α p(u→j)^α / d(j)^β with the transition probabilities p and the degree d; \
        score = x S (Paudel et al., "Updatable, Accurate, Diverse, and Scalable Recommendations \
        for Interactive Applications", TiiS 2017).
        """
    public static let options = [
        MethodOption.number("alpha", 0.5, in: 0...4, "power of the transition probabilities"),
        MethodOption.number(
            "beta", 0.3, in: 0...4, "power of the degrees that scores are divided by"),
        WalkRows.neighboursOption,
    ]

    private let rows: WalkRows

    public init(_ options: MethodOptions) {
        rows = WalkRows(
            alpha: options.float("alpha"), beta: options.float("beta"),
            neighbours: options.integer("neighbours"))
    }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        ItemRowsModel(rows: try rows.all(interactions.matrix, training.monitor))
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try ItemRowsModel(stored)
    }
}

/// The matrix of both, row by row, each row cut to its greatest entries.
struct WalkRows: Sendable {
    let alpha: Float
    let beta: Float
    let neighbours: Int

    static let neighboursOption = MethodOption.integer(
        "neighbours", 1000, in: 1...100_000, "items that are kept for each item")

    func all(_ interactions: SparseMatrix, _ monitor: WorkMonitor) throws -> SparseMatrix {
        let users = interactions.rowSums()
        let items = interactions.columnSums()
        let fromUsers = interactions.mapValues { user, _, weight in
            power(weight / users[user], alpha)
        }
        let fromItems = interactions.mapValues { _, item, weight in
            power(weight / items[item], alpha)
        }.transposed()
        let factors = items.map { power($0, -beta) }
        return try SparseRows.build(
            rows: items.count, columns: items.count, monitor, phase: "walks",
            makeWorker: { RowWorker(width: items.count) },
            make: { worker, block, row in
                for item in block {
                    fromItems.withRow(item) { owners, values in
                        for place in 0..<owners.count {
                            worker.sum.add(
                                fromUsers, row: Int(owners[place]), times: values[place])
                        }
                    }
                    worker.take(neighbours, except: item, into: &row) { $1 * factors[Int($0)] }
                    row.endRow()
                }
            })
    }
}

/// `xʸ` for x > 0; what is not positive has no weight.
func power(_ x: Float, _ y: Float) -> Float { x > 0 ? powf(x, y) : 0 }
