internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Recommend
internal import Values

/// What the `evaluate.*` procedures have in common: interactions, and what is kept from training.
struct EvaluateArguments {
    let source: ModelSource
    let split: Split
    /// Another relationship type with the test interactions.
    let test: ModelSource?
    /// A property of the relationships that says 'TEST', 'TRAIN' or the part that tests them.
    let splitProperty: String?
    let configuration: Configuration
    private let procedure: String

    static let splitOptions = [
        "method", "ratio", "folds", "seed", "moment", "weight", "timestamp", "direction",
    ]
    static let splitText =
        "ratio (0.2): share of the test; folds (5), of 'kFold'; seed (42); timestamp: a property "
        + "with the time, which makes the latest the test; moment: where the test of 'time' begins; "
        + "weight: a property; direction: 'OUTGOING' (default: from users to items) or 'INCOMING'"

    /// `methodKey`: the option that names the split.
    init(
        type: Value, _ value: Value, of procedure: String, methodKey: String, options: [String]
    ) throws {
        self.procedure = procedure
        guard case .string(let typeName) = type else {
            throw QueryError(.argument, "\(procedure): the relationship type must be a string.")
        }
        configuration = try Configuration(value, of: procedure, known: options)
        let direction = try configuration.direction() ?? .outgoing
        let weight = try configuration.string("weight")
        let timestamp = try configuration.string("timestamp")
        source = ModelSource(
            type: typeName, direction: direction, weight: weight, timestamp: timestamp)
        test =
            try options.contains("test")
            ? configuration.string("test").map {
                ModelSource(type: $0, direction: direction, weight: weight, timestamp: timestamp)
            } : nil
        splitProperty =
            try options.contains("splitProperty") ? configuration.string("splitProperty") : nil
        split = try Self.split(configuration, methodKey)
        let ways = [test != nil, splitProperty != nil, configuration.has(methodKey)].count { $0 }
        if ways > 1 {
            throw QueryError(
                .argument,
                "\(procedure): `test`, `splitProperty` and `\(methodKey)` exclude each other.")
        }
    }

    private static func split(_ configuration: Configuration, _ methodKey: String) throws -> Split {
        var split = Split()
        split.method =
            try configuration.choice(methodKey, among: Split.Method.allCases) ?? .perUser
        split.ratio = try configuration.number("ratio") ?? split.ratio
        guard split.ratio > 0, split.ratio < 1 else {
            throw configuration.wrong("ratio", "a number above 0 and below 1")
        }
        split.folds = try configuration.integer("folds", default: 5, in: 2...100)
        split.seed = UInt64(try configuration.integer("seed", default: 42, in: 0...Int.max))
        if let moment = configuration.value("moment") {
            guard let seconds = Moment.seconds(moment) else {
                throw configuration.wrong("moment", "a number, a date or a date and time")
            }
            split.moment = seconds
        }
        return split
    }

    /// All that there is to be divided.
    func interactions(_ view: GraphView, _ monitor: WorkMonitor) throws -> InteractionMatrix {
        try source.requireProperties(in: view, of: procedure)
        return try source.interactions(view, monitor)
    }

    /// Trainings and their tests.
    func folds(_ view: GraphView, _ monitor: WorkMonitor) throws -> [HeldOut] {
        let interactions = try interactions(view, monitor)
        if let test {
            return [
                HeldOut(
                    training: interactions, test: try test.interactions(view, monitor))
            ]
        }
        let parts =
            try splitProperty.map { try self.parts($0, interactions, view, monitor) }
            ?? split.parts(interactions)
        let count = Int(parts.max() ?? -1) + 1
        guard count > 0 else { throw MethodError("the test is empty; split otherwise") }
        return (0..<Int32(count)).map { part in
            HeldOut(
                training: interactions.subset { parts[$0] != part },
                test: interactions.subset { parts[$0] == part })
        }
    }

    /// Parts as the relationships say: 'TEST' (0), a number, or anything else for training.
    private func parts(
        _ property: String, _ interactions: InteractionMatrix, _ view: GraphView,
        _ monitor: WorkMonitor
    ) throws -> [Int32] {
        guard let key = view.key(property) else {
            throw MethodError("no relationship has the property '\(property)'")
        }
        var parts = [Int32](repeating: -1, count: interactions.matrix.count)
        try source.forEachEntry(of: interactions, view, monitor) { entry, relationship in
            switch view.property(key, ofRelationship: relationship) {
            case .string(let text) where text.uppercased() == "TEST": parts[entry] = 0
            case .integer(let part) where (0..<100).contains(part): parts[entry] = Int32(part)
            default: break
            }
        }
        return parts
    }
}
