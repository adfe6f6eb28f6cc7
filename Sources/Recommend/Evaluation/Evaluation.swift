public import GraphStore
import LinearAlgebra
public import Values

/// Compares methods: fits each on what is left for training and measures it on what was kept.
public struct Evaluation: Sendable {
    /// What is compared.
    public struct Contestant: Sendable {
        public let label: String
        public let method: any RecommenderMethod.Type
        let options: [String: MethodOption.Value]

        public init(
            label: String, method: any RecommenderMethod.Type,
            options: [String: MethodOption.Value] = [:]
        ) {
            self.label = label
            self.method = method
            self.options = options
        }
    }

    /// One number of the answer.
    public struct Figure: Sendable {
        public let method: String
        public let metric: Metric
        /// Nil for metrics that depend on no length.
        public let k: Int?
        /// Nil for all users.
        public let cohort: String?
        /// Nil where the metric does not fit: ratings of a method that only ranks.
        public let value: Double?
        public let users: Int
        public let fitSeconds: Double
        /// Of all users, with the making of lists or predictions.
        public let scoreSeconds: Double
    }

    public var ks = [10]
    public var metrics: [Metric]
    public var cohorts = Cohorts.none

    public init(metrics: [Metric]) { self.metrics = metrics }

    /// Several trainings with their tests, as of k-fold; figures are means over them.
    ///
    /// Methods that learn from properties read them in `view`.
    /// Cost: as many fits and passes over the test users as there are folds. Errors: the methods',
    /// the monitor's; ``MethodError`` for a test without users.
    public func run(
        _ contestant: Contestant, on folds: [HeldOut], in view: GraphView? = nil,
        _ monitor: WorkMonitor = .none
    ) throws -> [Figure] {
        var all: [[Figure]] = []
        for test in folds {
            let start = ContinuousClock.now
            guard test.training.matrix.count > 0 else {
                throw MethodError("\(contestant.label): nothing is left to learn from")
            }
            let options = try MethodOptions(
                contestant.options, for: contestant.method.options, of: contestant.method.name)
            let model = try contestant.method.init(options).fit(
                test.training, Training(monitor: monitor), in: view)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            all.append(
                try measure(
                    model, contestant.label, on: test, fitSeconds: seconds,
                    predictsRatings: contestant.method.predictsRatings, monitor))
        }
        return Self.means(all)
    }

    /// A model that is there, which knows the items of the test's training by its numbers.
    public func measure(
        _ model: any FittedModel, _ label: String, on test: HeldOut, fitSeconds: Double,
        predictsRatings: Bool, _ monitor: WorkMonitor = .none
    ) throws -> [Figure] {
        guard !test.users.isEmpty else {
            throw MethodError("the test has no users; split otherwise")
        }
        let start = ContinuousClock.now
        let ranking = try metrics.contains { !$0.isOfRatings } ? lists(model, test, monitor) : nil
        let ratings =
            try predictsRatings && metrics.contains { $0.isOfRatings }
            ? RatingMetrics(model, test, monitor: monitor) : nil
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        var figures: [Figure] = []
        for (cohort, users) in cohorts.groups(test) {
            for metric in metrics {
                let lengths: [Int?] = metric.isAtK ? ks : [nil]
                for k in lengths {
                    try monitor.checkpoint()
                    let value =
                        metric.isOfRatings
                        ? ratings?.value(metric, users: users)
                        : ranking?.value(metric, at: k ?? 1, users: users)
                    figures.append(
                        Figure(
                            method: label, metric: metric, k: k, cohort: cohort, value: value,
                            users: users?.count ?? test.users.count, fitSeconds: fitSeconds,
                            scoreSeconds: seconds))
                }
            }
        }
        return figures
    }

    private func lists(_ model: any FittedModel, _ test: HeldOut, _ monitor: WorkMonitor) throws
        -> RankingMetrics
    {
        RankingMetrics(
            try TopLists(
                model, test, k: ks.max() ?? 1, auc: metrics.contains(.auc), monitor: monitor),
            of: test)
    }

    /// Means of the values of figures that are alike; users and seconds add up.
    private static func means(_ folds: [[Figure]]) -> [Figure] {
        guard folds.count > 1 else { return folds.first ?? [] }
        struct Key: Hashable {
            let metric: Metric
            let k: Int?
            let cohort: String?
        }
        var order: [Key] = []
        var groups: [Key: [Figure]] = [:]
        for figure in folds.joined() {
            let key = Key(metric: figure.metric, k: figure.k, cohort: figure.cohort)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(figure)
        }
        return order.compactMap { key in
            guard let group = groups[key], let first = group.first else { return nil }
            let values = group.compactMap(\.value)
            return Figure(
                method: first.method, metric: key.metric, k: key.k, cohort: key.cohort,
                value: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count),
                users: group.reduce(0) { $0 + $1.users },
                fitSeconds: group.reduce(0) { $0 + $1.fitSeconds },
                scoreSeconds: group.reduce(0) { $0 + $1.scoreSeconds })
        }
    }
}
