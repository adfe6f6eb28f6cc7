internal import QueryEngine
internal import Recommend
import Synchronization
internal import Values

/// `evaluate.learningCurve`: one method, measured while it learns.
struct LearningCurveProcedure: Procedure {
    private static let name = "evaluate.learningCurve"
    private static let options: [String] =
        ["k", "metric", "every", "split", "test", "splitProperty", "options"]
        + EvaluateArguments.splitOptions.dropFirst()

    let signature = ProcedureSignature(
        name: LearningCurveProcedure.name,
        inputs: [
            .init("method", .string, "A name of model.methods()."),
            EvaluateProcedures.typeField,
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "options: a map for the method; metric ('ndcg', or 'rmse' for ratings); k (10); "
                    + "every (1): epochs between two measurements; and the test as in evaluate.run"),
        ],
        outputs: [
            .init("epoch", .integer, "From 1."),
            .init("loss", .float, "What was minimised; null where nothing is."),
            .init("value", .float, "The metric on the test; null between two measurements."),
            .init("seconds", .float, "How long the epoch took."),
        ],
        description: "Fits a method and measures it on the test after its epochs: whether it still "
            + "learns, or learns by heart.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        guard case .string(let methodName) = arguments[0] else {
            throw QueryError(.argument, "\(Self.name): the method must be a string.")
        }
        let asked = try EvaluateArguments(
            type: arguments[1], arguments[2], of: Self.name, methodKey: "split",
            options: Self.options)
        let points = try ModelProcedures.translating(Self.name) {
            try self.points(methodName, asked, context)
        }
        for point in points {
            output.append(
                .integer(Int64(point.report.epoch)),
                point.report.loss.isNaN ? .null : .float(point.report.loss),
                point.value.map { .float($0) } ?? .null, .float(point.report.seconds))
        }
    }

    private struct Point {
        let report: EpochReport
        let value: Double?
    }

    private func points(
        _ methodName: String, _ asked: EvaluateArguments, _ context: ProcedureContext
    ) throws -> [Point] {
        let method = try Methods.named(methodName)
        let configuration = asked.configuration
        let known = method.options.map(\.name)
        let given = try Configuration(
            configuration.value("options") ?? .null, of: "\(Self.name), \(method.name)",
            known: known)
        var options: [String: MethodOption.Value] = [:]
        for name in known { options[name] = try given.methodOption(name) }
        let metric =
            try configuration.choice("metric", among: Metric.allCases)
            ?? (method.predictsRatings ? .rmse : .ndcg)
        if metric.isOfRatings, !method.predictsRatings {
            throw MethodError("\(method.name) predicts no ratings; choose a metric of lists")
        }
        let every = try configuration.integer("every", default: 1, in: 1...1_000_000)
        var evaluation = Evaluation(metrics: [metric])
        evaluation.ks = [try configuration.integer("k", default: 10, in: 1...10_000)]
        let measured = evaluation
        let test = try asked.folds(context.view, context.monitor)[0]
        let monitor = context.monitor
        let points = Mutex<[Point]>([])
        let training = Training(monitor: monitor) { report, model in
            var value: Double?
            if report.epoch % every == 0 {
                value = try measured.measure(
                    model(), method.name, on: test, fitSeconds: 0,
                    predictsRatings: method.predictsRatings, monitor)[0].value
            }
            points.withLock { [value] in $0.append(Point(report: report, value: value)) }
            return true
        }
        let start = ContinuousClock.now
        let fitted = try method.init(MethodOptions(options, for: method.options, of: method.name))
            .fit(test.training, training, in: context.view)
        let all = points.withLock { $0 }
        if !all.isEmpty { return all }
        // A method without epochs learns in one.
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let figures = try measured.measure(
            fitted, method.name, on: test, fitSeconds: seconds,
            predictsRatings: method.predictsRatings, monitor)
        return [
            Point(
                report: EpochReport(epoch: 1, loss: .nan, seconds: seconds),
                value: figures[0].value)
        ]
    }
}
