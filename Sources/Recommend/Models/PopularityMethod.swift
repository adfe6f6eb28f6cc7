import GraphStore
import LinearAlgebra

/// Everybody gets the same: the yardstick that a method has to beat.
public struct PopularityMethod: RecommenderMethod {
    public static let name = "popular"
    public static let description =
        "The items with the most interactions. Score: the sum of an item's weights."
    public static let options: [MethodOption] = []

    public init(_ options: MethodOptions) {}

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        PopularityModel(scores: interactions.matrix.columnSums())
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        PopularityModel(scores: try stored.floats("scores"))
    }
}

struct PopularityModel: FittedModel {
    let scores: [Float]

    var itemCount: Int { scores.count }
    var tensors: [TensorData] { [TensorData("scores", scores)] }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        _ = scores.update(from: self.scores)
    }
}
