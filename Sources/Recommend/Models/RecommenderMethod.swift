public import GraphStore
public import LinearAlgebra
import Synchronization
public import Values

/// A way to learn from interactions: `ease`, `svd`, `lightgcn` … A value of a conforming type is
/// one configuration of it.
///
/// A method knows matrices only: rows and columns, no nodes, no Cypher; but for those that learn from
/// properties, see ``PropertyModel``. ``Methods`` lists all of them; ``TrainedModel`` puts nodes and
/// storage around what a fit returns.
public protocol RecommenderMethod: Sendable {
    /// As `model.fit` takes it.
    static var name: String { get }
    /// One sentence, then the formula and its source.
    static var description: String { get }
    static var options: [MethodOption] { get }
    /// Whether it predicts ratings; else its scores only rank.
    static var predictsRatings: Bool { get }

    /// Errors: ``MethodError`` for combinations that make no sense.
    init(_ options: MethodOptions) throws

    /// Learns. Deterministic for the options' seed.
    func fit(_ interactions: InteractionMatrix, _ training: Training) throws -> any FittedModel

    /// The same, for methods that also learn from what users and items are: from their properties and
    /// neighbours in a snapshot. The default asks the snapshot nothing.
    func fit(_ interactions: InteractionMatrix, _ training: Training, in view: GraphView?) throws
        -> any FittedModel

    /// The model that a fit returned, from what it stored.
    static func restore(_ stored: TensorReader) throws -> any FittedModel
}

extension RecommenderMethod {
    public static var predictsRatings: Bool { false }

    public func fit(
        _ interactions: InteractionMatrix, _ training: Training, in view: GraphView?
    ) throws -> any FittedModel {
        try fit(interactions, training)
    }
}

/// What a fit has learned: item numbers in, scores out. Threads may ask at once.
public protocol FittedModel: Sendable {
    var itemCount: Int { get }
    /// What ``RecommenderMethod/restore(_:)`` needs, besides the options.
    var tensors: [TensorData] { get }

    /// Scores of all items for one user; `scores` has ``itemCount`` elements, whose contents do not
    /// matter before. Items that the user has get a score like any other. For methods that predict
    /// ratings, these are ratings.
    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) throws

    /// The same for many users, a row of `scores` each. The default asks one by one, on all
    /// processors.
    func score(_ users: [UserHistory], into scores: Matrix) throws

    /// Scores of a few items, which may be much cheaper than all. The default computes all.
    func score(_ user: UserHistory, items: [Int32]) throws -> [Float]

    /// How much each of the user's items adds to the score of `item`, where the method can tell.
    func contributions(_ user: UserHistory, to item: Int32) -> [Float]?
}

extension FittedModel {
    public func score(_ users: [UserHistory], into scores: Matrix) throws {
        precondition(scores.rows == users.count && scores.columns == itemCount)
        let failure = FirstError()
        Parallel.forEachRange(users.count) { range in
            for row in range {
                do {
                    try score(
                        users[row],
                        into: UnsafeMutableBufferPointer(start: scores.row(row), count: itemCount))
                } catch { failure.note(error) }
            }
        }
        try failure.rethrow()
    }

    public func score(_ user: UserHistory, items: [Int32]) throws -> [Float] {
        let all = Matrix(rows: 1, columns: itemCount)
        try score(user, into: all.buffer)
        return withExtendedLifetime(all) { items.map { all.elements[Int($0)] } }
    }

    public func contributions(_ user: UserHistory, to item: Int32) -> [Float]? { nil }
}

/// What a user has, by the model's item numbers, in ascending order.
public struct UserHistory: Sendable {
    /// The user's row in the matrix of the fit, where the history is the one of the fit: learned
    /// factors fit it. Nil for a new user and for one who has done something since: fold in.
    public var row: Int?
    public var items: [Int32]
    public var weights: [Float]
    /// When; empty where nobody asked.
    public var times: [Double]
    /// What the user is, by a ``PropertyModel``'s numbers; nil: as at the fit, where it knows the user.
    public var features: FeatureVector?

    public init(row: Int?, items: [Int32], weights: [Float], times: [Double] = []) {
        self.row = row
        self.items = items
        self.weights = weights
        self.times = times
    }
}

extension InteractionMatrix {
    /// The history of a row, as it is in the matrix.
    public func history(_ row: Int) -> UserHistory {
        let range = matrix.range(row)
        return UserHistory(
            row: row, items: Array(matrix.indices[range]), weights: Array(matrix.values[range]),
            times: times.map { Array($0[range]) } ?? [])
    }
}

/// What goes with a fit besides data.
public struct Training: Sendable {
    public let monitor: WorkMonitor
    /// Called after each epoch, or once; returns whether to go on. `model` is what a fit that ended
    /// now would return: making it may cost, so it is made when asked for.
    public let epochEnded:
        @Sendable (EpochReport, _ model: () throws -> any FittedModel) throws -> Bool

    public init(
        monitor: WorkMonitor = .none,
        epochEnded: @escaping @Sendable (EpochReport, () throws -> any FittedModel) throws -> Bool =
            { _, _ in true }
    ) {
        self.monitor = monitor
        self.epochEnded = epochEnded
    }
}

/// One point of a learning curve.
public struct EpochReport: Sendable {
    /// From 1.
    public let epoch: Int
    public let loss: Double
    /// Of this epoch.
    public let seconds: Double

    public init(epoch: Int, loss: Double, seconds: Double) {
        self.epoch = epoch
        self.loss = loss
        self.seconds = seconds
    }
}

/// Reads what a fit stored, under the names that it gave.
public struct TensorReader {
    public let options: MethodOptions
    let view: GraphView
    let model: StoredModel

    /// Keeps a method's names apart from those of ``TrainedModel``.
    static let prefix = "fitted."

    private func stored(_ name: String) -> String { Self.prefix + name }

    public func floats(_ name: String) throws -> [Float] {
        try view.floats(stored(name), of: model)
    }

    public func doubles(_ name: String) throws -> [Double] {
        try view.doubles(stored(name), of: model)
    }

    public func int32s(_ name: String) throws -> [Int32] {
        try view.int32s(stored(name), of: model)
    }

    public func int64s(_ name: String) throws -> [UInt64] { try view.ids(stored(name), of: model) }

    public func has(_ name: String) -> Bool {
        model.tensors.contains { $0.name == stored(name) }
    }

    /// A tensor of two dimensions.
    public func matrix(_ name: String) throws -> Matrix {
        guard let tensor = model.tensors.first(where: { $0.name == stored(name) }),
            tensor.shape.count == 2, tensor.element == .float32
        else { throw MethodError("the model '\(model.name)' has no matrix '\(name)'") }
        let matrix = Matrix(rows: tensor.shape[0], columns: tensor.shape[1])
        try view.read(
            stored(name), of: model, into: UnsafeMutableRawBufferPointer(matrix.buffer))
        return matrix
    }

    public func sparse(_ name: String) throws -> SparseMatrix {
        let shape = try int64s(name + ".shape").map { Int($0) }
        return SparseMatrix(
            rows: shape[0], columns: shape[1],
            offsets: ContiguousArray(try int64s(name + ".offsets").map { Int($0) }),
            indices: ContiguousArray(try int32s(name + ".indices")),
            values: ContiguousArray(try floats(name + ".values")))
    }
}

extension TensorData {
    public init(_ name: String, _ matrix: Matrix) {
        self.init(StoredTensor(name, .float32, shape: [matrix.rows, matrix.columns])) {
            try $0(UnsafeRawBufferPointer(matrix.buffer))
        }
    }

    /// The tensors that ``TensorReader/sparse(_:)`` reads.
    public static func sparse(_ name: String, _ matrix: SparseMatrix) -> [TensorData] {
        [
            TensorData(name + ".shape", [UInt64(matrix.rows), UInt64(matrix.columns)]),
            TensorData(name + ".offsets", matrix.offsets.map { UInt64($0) }),
            TensorData(name + ".indices", Array(matrix.indices)),
            TensorData(name + ".values", Array(matrix.values)),
        ]
    }
}

/// The first error of several threads.
final class FirstError: Sendable {
    private let error = Mutex<(any Error)?>(nil)

    func note(_ new: any Error) { error.withLock { if $0 == nil { $0 = new } } }

    func rethrow() throws { if let found = error.withLock({ $0 }) { throw found } }
}
