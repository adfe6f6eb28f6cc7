import GraphStore
import LinearAlgebra

/// What a method that looks at tastes has to beat.
public struct BaselineMethod: RecommenderMethod {
    public static let name = "baseline"
    public static let description = """
        Predicts a rating from how the user rates and how the item is rated. \
        r(u, i) = μ + b(u) + b(i). \
        Koren, "Factor in the Neighbors", TKDD 2010, section 2.1.
        """
    public static let options = RatingBaseline.options
    public static let predictsRatings = true

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        BaselineModel(
            scale: RatingScale(interactions.matrix),
            baseline: try .fit(interactions.matrix, options, training))
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        BaselineModel(
            scale: try RatingScale(stored), baseline: try RatingBaseline(stored, "baseline"))
    }
}

struct BaselineModel: FittedModel {
    let scale: RatingScale
    let baseline: RatingBaseline

    var itemCount: Int { baseline.items.count }
    var tensors: [TensorData] { [scale.tensor] + baseline.tensors("baseline") }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        baseline.predict(user, into: scores)
        scale.clip(scores)
    }
}
