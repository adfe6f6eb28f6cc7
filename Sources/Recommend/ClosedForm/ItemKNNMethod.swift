import LinearAlgebra
import Values

/// Items like those the user has, from similarities that were computed before.
public struct ItemKNNMethod: RecommenderMethod {
    public static let name = "itemKNN"
    public static let description = """
        Items that are like those the user has. Score of c: Σ w(u, j) sim(j, c) over the user's \
        items j that count c among their `neighbours` most similar (Sarwar et al., "Item-Based \
        Collaborative Filtering Recommendation Algorithms", WWW 2001; Deshpande and Karypis, \
        "Item-Based Top-N Recommendation Algorithms", TOIS 2004).
        """
    public static let options = [
        MethodOption.integer(
            "neighbours", 1000, in: 1...100_000, "similar items that are kept for each item"),
        RowSimilarity.option, RowSimilarity.shrinkageOption,
    ]

    private let neighbours: Int
    private let measure: RowSimilarity
    private let shrinkage: Float

    public init(_ options: MethodOptions) throws {
        neighbours = options.integer("neighbours")
        measure = try RowSimilarity(options)
        shrinkage = options.float("shrinkage")
    }

    /// Cost: the sum of the squared numbers of items of all users.
    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let rows = ItemSimilarities(interactions.matrix, measure, shrinkage, neighbours)
        return ItemRowsModel(rows: try rows.all(training.monitor))
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try ItemRowsModel(stored)
    }
}

extension RowSimilarity {
    init(_ options: MethodOptions) throws {
        let name = options.choice("similarity")
        guard let measure = RowSimilarity(rawValue: name) else {
            throw MethodError("there is no similarity '\(name)'")
        }
        self = measure
    }
}

/// The nearest neighbours of items, row by row: each can be computed alone.
struct ItemSimilarities: Sendable {
    private let weights: SimilarityWeights
    /// Items × users, weighted, and its transpose.
    private let byItem: SparseMatrix
    private let byUser: SparseMatrix
    private let sizes: [Float]
    private let neighbours: Int

    /// `interactions`: users × items.
    init(
        _ interactions: SparseMatrix, _ measure: RowSimilarity, _ shrinkage: Float,
        _ neighbours: Int
    ) {
        let items = interactions.transposed()
        weights = SimilarityWeights(measure, shrinkage: shrinkage, of: items)
        byItem = weights.weighted(items)
        byUser = byItem.transposed()
        sizes = weights.sizes(byItem)
        self.neighbours = neighbours
    }

    func all(_ monitor: WorkMonitor) throws -> SparseMatrix {
        try SparseRows.build(
            rows: byItem.rows, columns: byItem.rows, monitor, phase: "similarities",
            makeWorker: { RowWorker(width: byItem.rows) },
            make: { worker, block, row in
                for item in block { append(item, &worker, &row) }
            })
    }

    /// Appends the row of an item. Only positive similarities are kept.
    func append(_ item: Int, _ worker: inout RowWorker, _ row: inout RowBuilder) {
        byItem.withRow(item) { users, values in
            for place in 0..<users.count {
                worker.sum.add(byUser, row: Int(users[place]), times: values[place])
            }
        }
        let size = sizes[item]
        sizes.withUnsafeBufferPointer { sizes in
            worker.take(neighbours, except: item, into: &row) { other, product in
                weights.similarity(product, size, sizes[Int(other)])
            }
        }
        row.endRow()
    }
}
