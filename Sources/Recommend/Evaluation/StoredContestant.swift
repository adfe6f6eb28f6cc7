public import GraphStore
public import LinearAlgebra

/// A model of the database in an evaluation: what it learned, by the numbers of the test's training.
///
/// Its users are asked about as `recommend.model` would ask: with what they have in the snapshot.
public struct StoredContestant: FittedModel {
    private let model: TrainedModel
    private let histories: [UserHistory]
    /// By the test's numbers of items, the model's; -1 for items that it does not know.
    private let numbers: [Int32]

    public init(_ model: TrainedModel, _ training: InteractionMatrix, _ view: GraphView) {
        self.model = model
        histories = training.users.map { model.history(of: $0, view) }
        numbers = training.items.map { model.number(of: $0) ?? -1 }
    }

    public var itemCount: Int { numbers.count }
    public var tensors: [TensorData] { model.fitted.tensors }

    private func history(_ user: UserHistory) -> UserHistory {
        user.row.map { histories[$0] } ?? UserHistory(row: nil, items: [], weights: [])
    }

    public func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) throws {
        let own = Matrix(rows: 1, columns: model.fitted.itemCount)
        try model.fitted.score(history(user), into: own.buffer)
        withExtendedLifetime(own) { take(own.elements, into: scores) }
    }

    public func score(_ users: [UserHistory], into scores: Matrix) throws {
        let own = Matrix(rows: users.count, columns: model.fitted.itemCount)
        try model.fitted.score(users.map(history), into: own)
        withExtendedLifetime(own) {
            for row in users.indices {
                take(
                    own.row(row),
                    into: UnsafeMutableBufferPointer(start: scores.row(row), count: itemCount))
            }
        }
    }

    private func take(
        _ own: UnsafeMutablePointer<Float>, into scores: UnsafeMutableBufferPointer<Float>
    ) {
        for (item, number) in numbers.enumerated() {
            scores[item] = number < 0 ? -.infinity : own[Int(number)]
        }
    }
}
