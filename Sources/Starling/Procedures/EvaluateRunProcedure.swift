internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// `evaluate.run`: several methods, one test.
struct EvaluateRunProcedure: Procedure {
    let models: TrainedModels

    private static let name = "evaluate.run"
    private static let maximumK = 10_000
    private static let options: [String] =
        ["k", "metrics", "split", "test", "splitProperty", "cohorts"]
        + EvaluateArguments.splitOptions.dropFirst()

    let signature = ProcedureSignature(
        name: EvaluateRunProcedure.name,
        inputs: [
            .init(
                "methods", .any,
                "Names of model.methods(), maps with their options ({method: 'ease', lambda: 500}), "
                    + "or stored models ({model: 'name'}, with `test` only: they have learned from "
                    + "everything else)."),
            EvaluateProcedures.typeField,
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "k (10): length of lists, or several; metrics: of "
                    + Metric.allCases.map(\.rawValue).joined(separator: ", ")
                    + "; cohorts: a property of the users, or numbers of interactions at which "
                    + "groups begin; test: another relationship type with the test, or splitProperty: "
                    + "a property of the relationships that is 'TEST' for them, or split: "
                    + "'perUser' (default), 'random', 'leaveOneOut', 'time', 'kFold'; "
                    + EvaluateArguments.splitText),
        ],
        outputs: [
            .init("method", .string, "The method, or its label."),
            .init("metric", .string, "What was measured."),
            .init("k", .integer, "Length of lists; null where the metric needs none."),
            .init("cohort", .string, "The group of users; 'all' for everybody."),
            .init("value", .float, "The mean over users; null where the metric does not fit."),
            .init("users", .integer, "Test users."),
            .init("fitSeconds", .float, "How long the fit took."),
            .init("scoreSeconds", .float, "How long it took to score all test users."),
        ],
        description:
            "Fits each method without the test interactions and measures it on them. Lists "
            + "leave out what the user has in training. NDCG is LightGCN's: binary relevance, over "
            + "the best that is possible with min(k, |test|) hits. Each metric's formula: README, "
            + "'Evaluation'.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let asked = try EvaluateArguments(
            type: arguments[1], arguments[2], of: Self.name, methodKey: "split",
            options: Self.options)
        let figures = try ModelProcedures.translating(Self.name) {
            try self.figures(arguments[0], asked, context)
        }
        for figure in figures {
            output.append(
                .string(figure.method), .string(figure.metric.rawValue),
                figure.k.map { .integer(Int64($0)) } ?? .null,
                .string(figure.cohort ?? "all"), figure.value.map { .float($0) } ?? .null,
                .integer(Int64(figure.users)), .float(figure.fitSeconds),
                .float(figure.scoreSeconds))
        }
    }

    private func figures(
        _ methods: Value, _ asked: EvaluateArguments, _ context: ProcedureContext
    ) throws -> [Evaluation.Figure] {
        let view = context.view
        let entries = try Self.entries(methods)
        var contestants: [Contestant] = []
        for entry in entries { contestants.append(try contestant(entry, context)) }
        if asked.test == nil, contestants.contains(where: \.isStored) {
            throw MethodError(
                "a stored model has learned from all of these relationships; name other ones with "
                    + "`test`")
        }
        let folds = try asked.folds(view, context.monitor)
        var evaluation = Evaluation(metrics: try Self.metrics(asked, contestants))
        evaluation.ks = try asked.configuration.integers("k", default: [10], in: 1...Self.maximumK)
        evaluation.cohorts = try cohorts(asked, folds, view)
        var figures: [Evaluation.Figure] = []
        for contestant in contestants {
            switch contestant {
            case .method(let contestant):
                let monitor = context.monitor.labelled(contestant.label)
                figures += try evaluation.run(contestant, on: folds, in: view, monitor)
            case .stored(let label, let model):
                let monitor = context.monitor.labelled(label)
                figures += try evaluation.measure(
                    StoredContestant(model, folds[0].training, view), label, on: folds[0],
                    fitSeconds: 0, predictsRatings: model.method.predictsRatings, monitor)
            }
        }
        return figures
    }

    // MARK: What is compared

    private enum Contestant {
        case method(Evaluation.Contestant)
        case stored(String, TrainedModel)

        var isStored: Bool { if case .stored = self { true } else { false } }

        var predictsRatings: Bool {
            switch self {
            case .method(let contestant): contestant.method.predictsRatings
            case .stored(_, let model): model.method.predictsRatings
            }
        }
    }

    private static func entries(_ value: Value) throws -> [Value] {
        switch value {
        case .list(let values) where !values.isEmpty: return values
        case .string, .map: return [value]
        default: throw notMethods
        }
    }

    private static var notMethods: QueryError {
        QueryError(
            .argument, "\(name): `methods` must be a list of names or maps, and not be empty.")
    }

    private func contestant(_ entry: Value, _ context: ProcedureContext) throws -> Contestant {
        switch entry {
        case .string(let name):
            return .method(Evaluation.Contestant(label: name, method: try Methods.named(name)))
        case .map(let map):
            if case .string(let name)? = map["model"] {
                let configuration = try Configuration(
                    entry, of: Self.name, known: ["model", "label"])
                return .stored(
                    try configuration.string("label") ?? name,
                    try models.model(named: name, context.view))
            }
            guard case .string(let name)? = map["method"] else { throw Self.notMethods }
            return .method(try Self.configured(entry, try Methods.named(name), map))
        default: throw Self.notMethods
        }
    }

    private static func configured(
        _ entry: Value, _ method: any RecommenderMethod.Type, _ map: ValueMap
    ) throws -> Evaluation.Contestant {
        let names = method.options.map(\.name)
        let configuration = try Configuration(
            entry, of: "\(name), \(method.name)", known: names + ["method", "label"])
        var options: [String: MethodOption.Value] = [:]
        var said: [String] = []
        for option in names {
            guard let value = try configuration.methodOption(option) else { continue }
            options[option] = value
            said.append("\(option): \(value.value.cypherText)")
        }
        let label =
            try configuration.string("label")
            ?? (said.isEmpty ? method.name : "\(method.name) {\(said.joined(separator: ", "))}")
        return Evaluation.Contestant(label: label, method: method, options: options)
    }

    // MARK: What is measured

    private static func metrics(_ asked: EvaluateArguments, _ contestants: [Contestant]) throws
        -> [Metric]
    {
        if let metrics = try asked.configuration.metrics("metrics") { return metrics }
        let rate = asked.source.weight != nil && contestants.contains(where: \.predictsRatings)
        return rate ? Metric.usualOfRatings + Metric.usual : Metric.usual
    }

    private func cohorts(_ asked: EvaluateArguments, _ folds: [HeldOut], _ view: GraphView) throws
        -> Cohorts
    {
        switch asked.configuration.value("cohorts") {
        case nil: return .none
        case .string(let property)?:
            guard let key = view.key(property) else {
                throw MethodError("no user has the property '\(property)'")
            }
            var names: [NodeID: String] = [:]
            for user in folds.flatMap(\.users) where names[user] == nil {
                switch view.property(key, ofNode: user) {
                case .null: continue
                case .string(let text): names[user] = text
                case let value: names[user] = value.cypherText
                }
            }
            guard Set(names.values).count <= Cohorts.limit else {
                throw MethodError(
                    "'\(property)' makes more than \(Cohorts.limit) cohorts; group its values")
            }
            return .named(names)
        default:
            let bounds = try asked.configuration.integers(
                "cohorts", default: [], in: 1...Int(Int32.max))
            return .interactions(Array(Set(bounds)).sorted())
        }
    }
}

extension WorkMonitor {
    /// Says for whom the work is.
    func labelled(_ label: String) -> WorkMonitor {
        WorkMonitor(checkpoint: checkpoint) { [report] in report("\(label): \($0)", $1) }
    }
}
