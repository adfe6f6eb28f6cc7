public import GraphStore

/// A model that knows nodes by what they are: by properties and neighbours. So it also knows nodes
/// that came after its fit.
public protocol PropertyModel: FittedModel {
    /// Nodes with this label are items, also those that came after the fit. Nil: there are no others
    /// than those of the fit.
    var itemLabel: String? { get }

    /// What a user is in the snapshot: for ``UserHistory/features``.
    func features(ofUser user: NodeID, _ view: GraphView) -> FeatureVector

    /// The same model with more items, which it numbers behind those that it has.
    func extended(by items: [NodeID], _ view: GraphView) -> any FittedModel
}

/// What a node is: some features, by a model's numbers in ascending order, and how much of each.
public struct FeatureVector: Sendable, Equatable {
    public internal(set) var numbers: [Int32] = []
    public internal(set) var values: [Float] = []
}
