public import GraphStore
import LinearAlgebra
import Values

/// A factorisation machine that predicts ratings.
public struct FactorisationMachineMethod: RecommenderMethod {
    public static let name = "fm"
    public static let description = """
        Predicts ratings from who user and item are and from what they are: a factorisation machine \
        over the properties and neighbours that are named, one parameter and some factors for each \
        feature. r(x) = μ + Σ w x + Σ (v · v') x x' over all inputs and pairs of inputs; squared \
        loss. Rendle, "Factorization Machines", ICDM 2010. Users and items that came after the fit \
        are rated by what they are; new users besides by descent over their ratings.
        """
    public static let options =
        MachineOptions.options(
            factors: 64, epochs: 40, rate: 0.005, regularization: 0.04, deviation: 0.03)
    public static let predictsRatings = true

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        try fit(interactions, training, in: nil)
    }

    public func fit(
        _ interactions: InteractionMatrix, _ training: Training, in view: GraphView?
    ) throws -> any FittedModel {
        let ratings = interactions.matrix
        let scale = RatingScale(ratings)
        let rows = ratings.rowNumbers
        return try MachineOptions(options).fit(interactions, training, in: view, scale: scale) {
            try $0.descend(ratings, rows, mean: scale.mean, &$1, training.monitor)
        }
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try FactorisationMachineModel(stored, scale: RatingScale(stored))
    }
}

/// A factorisation machine that ranks.
public struct FactorisationMachineRankingMethod: RecommenderMethod {
    public static let name = "fmBPR"
    public static let description = """
        Ranks by who user and item are and by what they are: a factorisation machine over the \
        properties and neighbours that are named, learned from pairs of an item i that the user has \
        and an item j that the user does not have. score(x) = Σ w x + Σ (v · v') x x' over all \
        inputs and pairs of inputs, minimising Σ -ln σ(score(u, i) - score(u, j)) + λ/2 (squared \
        parameters). Rendle, "Factorization Machines", ICDM 2010, section IV; Rendle et al., "BPR", \
        UAI 2009. Users and items that came after the fit are ranked by what they are; new users \
        besides by descent over their items.
        """
    public static let options =
        MachineOptions.options(
            factors: 64, epochs: 50, rate: 0.05, regularization: 0.01, deviation: 0.1)
        + [
            .choice(
                "negatives", "uniform", among: ["uniform", "popularity"],
                "how items that the user does not have are drawn")
        ]

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        try fit(interactions, training, in: nil)
    }

    public func fit(
        _ interactions: InteractionMatrix, _ training: Training, in view: GraphView?
    ) throws -> any FittedModel {
        let matrix = interactions.matrix
        var pairs: [(user: Int32, item: Int32)] = []
        for user in 0..<matrix.rows {
            for entry in matrix.range(user) where matrix.values[entry] > 0 {
                pairs.append((Int32(user), matrix.indices[entry]))
            }
        }
        let byPopularity = options.choice("negatives") == "popularity"
        return try MachineOptions(options).fit(interactions, training, in: view, scale: nil) {
            try $0.rank(pairs, matrix, byPopularity: byPopularity, &$1, training.monitor)
        }
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        try FactorisationMachineModel(stored, scale: nil)
    }
}

/// What both methods are told, and how they begin.
struct MachineOptions {
    let options: MethodOptions

    init(_ options: MethodOptions) { self.options = options }

    static func options(
        factors: Int, epochs: Int, rate: Double, regularization: Double, deviation: Double
    ) -> [MethodOption] {
        [.integer("factors", factors, in: 1...4096, "how many factors a feature has")]
            + GradientSteps.options(epochs: epochs, rate: rate, regularization: regularization) + [
                .names("userNumbers", "properties of users with numbers or times"),
                .names(
                    "userCategories",
                    "properties of users of which each value, or element of a list, is a feature"),
                .names(
                    "userNeighbours",
                    "types of users' relationships of which each neighbour is a feature; not the "
                        + "type that is learned"),
                .names("itemNumbers", "properties of items with numbers or times"),
                .names(
                    "itemCategories",
                    "properties of items of which each value, or element of a list, is a feature"),
                .names(
                    "itemNeighbours",
                    "types of items' relationships of which each neighbour is a feature: genre, "
                        + "brand; not the type that is learned"),
                .integer(
                    "minNodes", 2, in: 1...1_000_000, "how many nodes must have a value, at least"),
                .integer(
                    "maxFeatures", 10_000, in: 1...1_000_000,
                    "of one property or type; the most frequent values become features"),
                MethodOption(
                    "label", .text, default: .none,
                    "the items' label, by which items that came after the fit are found (default: "
                        + "the rarest that all items have and no user has)"),
                .number(
                    "deviation", deviation, in: 0...100,
                    "the standard deviation of factors at the start"),
                .seed,
            ]
    }

    /// What of users, or of items, is read.
    static func parts(_ side: String, _ options: MethodOptions) -> [FeatureSpace.Part] {
        func parts(_ source: FeatureSpace.Part.Source, _ option: String) -> [FeatureSpace.Part] {
            options.texts(side + option).map { FeatureSpace.Part(source: source, name: $0) }
        }
        return parts(.numbers, "Numbers") + parts(.categories, "Categories")
            + parts(.neighbours, "Neighbours")
    }

    /// Reads features, and learns: `epoch` is one pass, and returns its loss.
    func fit(
        _ interactions: InteractionMatrix, _ training: Training, in view: GraphView?,
        scale: RatingScale?,
        _ epoch: (FactorisationMachine, inout RandomSource) throws -> Double
    ) throws -> any FittedModel {
        let seed = UInt64(options.integer("seed"))
        var random = RandomSource(seed: seed)
        try refuseWhatIsLearned(interactions.type, view)
        let userSpace = try space("user", interactions.users, view, training.monitor)
        let itemSpace = try space("item", interactions.items, view, training.monitor)
        let machine = FactorisationMachine(
            users: try side(
                userSpace, interactions.users, view, training.monitor, &random),
            items: try side(
                itemSpace, interactions.items, view, training.monitor, &random),
            steps: GradientSteps(options))
        let label =
            options.text("label")
            ?? view?.sharedLabel(of: interactions.items, andNoneOf: interactions.users)
        let drawn =
            options.values["negatives"] == .text("popularity")
            ? ContiguousArray(interactions.matrix.indices) : []
        func model() -> FactorisationMachineModel {
            FactorisationMachineModel(
                users: machine.users.frozen(), items: machine.items.frozen(),
                userSpace: userSpace, itemSpace: itemSpace, itemLabel: label, scale: scale,
                steps: machine.steps, seed: seed, drawn: drawn)
        }
        try training.forEachEpoch(machine.steps.epochs, model: model) { _ in
            try epoch(machine, &random)
        }
        return model()
    }

    /// As neighbours the interactions would tell what is to be learned, and in an evaluation also what
    /// was kept from training.
    private func refuseWhatIsLearned(_ type: TypeID?, _ view: GraphView?) throws {
        guard let type, let name = view?.name(type: type) else { return }
        for option in ["userNeighbours", "itemNeighbours"]
        where options.texts(option).contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            throw MethodError("`\(option)` must not be \(name), from which it learns")
        }
    }

    private func space(
        _ name: String, _ nodes: [NodeID], _ view: GraphView?, _ monitor: WorkMonitor
    ) throws -> FeatureSpace {
        let parts = Self.parts(name, options)
        guard !parts.isEmpty else { return .none }
        guard let view else { throw MethodError("there is no graph to read properties from") }
        return try FeatureSpace(
            parts, of: nodes, named: name,
            FeatureSpace.Limits(
                minimumNodes: options.integer("minNodes"),
                maximumFeatures: options.integer("maxFeatures")), view, monitor)
    }

    private func side(
        _ space: FeatureSpace, _ nodes: [NodeID], _ view: GraphView?, _ monitor: WorkMonitor,
        _ random: inout RandomSource
    ) throws -> MachineSide {
        MachineSide(
            try view.map { try space.features(of: nodes, $0, monitor) }
                ?? Array(repeating: FeatureVector(), count: nodes.count),
            featureCount: space.count, factors: options.integer("factors"),
            deviation: options.float("deviation"), &random)
    }
}

extension GraphView {
    /// The rarest label that all of some nodes have and none of the others has.
    fileprivate func sharedLabel(of nodes: [NodeID], andNoneOf others: [NodeID]) -> String? {
        guard let first = nodes.first else { return nil }
        let shared = labels(of: first).filter { label in
            flags(label, nodes).allSatisfy { $0 != 0 }
                && flags(label, others).allSatisfy { $0 == 0 }
        }
        return shared.min { nodeCount(label: $0) < nodeCount(label: $1) }.map { name(label: $0) }
    }

    private func flags(_ label: LabelID, _ nodes: [NodeID]) -> ContiguousArray<UInt8> {
        var flags: ContiguousArray<UInt8> = []
        nodes.withUnsafeBufferPointer { testLabel(label, of: $0, into: &flags) }
        return flags
    }
}
