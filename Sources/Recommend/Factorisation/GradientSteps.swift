import Values

/// How stochastic gradient descent walks.
struct GradientSteps: Sendable, Equatable {
    let epochs: Int
    /// How far a step goes.
    let rate: Float
    /// The weight of squared parameters in the loss, for each example.
    let regularization: Float

    /// What a step leaves of a parameter, besides what it adds.
    var kept: Float { 1 - rate * regularization }

    init(epochs: Int, rate: Float, regularization: Float) {
        self.epochs = epochs
        self.rate = rate
        self.regularization = regularization
    }

    init(_ options: MethodOptions) {
        self.init(
            epochs: options.integer("epochs"), rate: options.float("rate"),
            regularization: options.float("regularization"))
    }

    static func options(epochs: Int, rate: Double, regularization: Double) -> [MethodOption] {
        [
            .integer("epochs", epochs, in: 1...100_000, "passes over the interactions"),
            .number("rate", rate, in: 1e-9...10, "how far a step goes"),
            .number(
                "regularization", regularization, in: 0...1e6,
                "the weight of squared parameters in the loss"),
        ]
    }
}

extension Training {
    /// Counts epochs, times them, and tells who listens; ends early where told so.
    ///
    /// `epoch` returns the loss; `model` is what a fit that ended now would return.
    func forEachEpoch(
        _ epochs: Int, model: () throws -> any FittedModel, _ epoch: (Int) throws -> Double
    ) throws {
        let clock = ContinuousClock()
        for number in 1...epochs {
            try monitor.checkpoint()
            var loss = 0.0
            let time = try clock.measure { loss = try epoch(number) }
            monitor.report("epoch \(number)", Double(number) / Double(epochs))
            let seconds = time / .seconds(1)
            guard
                try epochEnded(EpochReport(epoch: number, loss: loss, seconds: seconds), model)
            else { return }
        }
    }
}
