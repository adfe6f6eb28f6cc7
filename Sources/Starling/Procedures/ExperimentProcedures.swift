internal import QueryEngine
internal import Recommend
internal import Values

/// `abtest.report`: whether a variant did better. Who is in which: the function abtest.assign.
struct ExperimentReportProcedure: Procedure {
    private static let name = "abtest.report"

    let signature = ProcedureSignature(
        name: ExperimentReportProcedure.name,
        inputs: [
            .init(
                "outcomes", .list,
                "A map for each user: {variant, value}; the value true or false (or 1 and 0) for "
                    + "what happened or not, any number for how much."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "control: the variant that the others are compared with (default: the first in "
                    + "order of names); confidence (0.95)"),
        ],
        outputs: [
            .init("variant", .string, "The variant."),
            .init("users", .integer, "How many outcomes it has."),
            .init("mean", .float, "Its share or mean."),
            .init("difference", .float, "To the control; null for the control itself."),
            .init("low", .float, "Where the difference's confidence interval begins."),
            .init("high", .float, "Where it ends."),
            .init("statistic", .float, "z or t."),
            .init(
                "pValue", .float, "How probable so large a difference is where there is none."),
            .init("test", .string, "'two-proportion z' or 'Welch t'."),
        ],
        description:
            "Compares the variants of an experiment: the two-proportion z test for outcomes "
            + "that are true or false (Fleiss, 1981), Welch's t test for others (Welch, 1947); "
            + "two-sided, one comparison at a time.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let configuration = try Configuration(
            arguments[1], of: Self.name, known: ["control", "confidence"])
        let confidence = try configuration.number("confidence") ?? 0.95
        guard confidence > 0, confidence < 1 else {
            throw configuration.wrong("confidence", "a number above 0 and below 1")
        }
        guard case .list(let outcomes) = arguments[0], !outcomes.isEmpty else { return }
        var groups: [String: [Double]] = [:]
        for outcome in outcomes {
            let (variant, value) = try Self.outcome(outcome)
            groups[variant, default: []].append(value)
        }
        let names = groups.keys.sorted()
        let control = try configuration.string("control") ?? names[0]
        guard let controlValues = groups[control] else {
            throw QueryError(
                .argument,
                "\(Self.name): there is no variant '\(control)'; there are "
                    + names.joined(separator: ", ") + ".")
        }
        let areShares = groups.values.allSatisfy { $0.allSatisfy { $0 == 0 || $0 == 1 } }
        let base = Experiment.Sample(controlValues)
        for name in names {
            let sample = Experiment.Sample(groups[name] ?? [])
            let comparison =
                name == control
                ? nil
                : areShares
                    ? Experiment.proportions(sample, base, confidence: confidence)
                    : Experiment.means(sample, base, confidence: confidence)
            func figure(_ part: (Experiment.Comparison) -> Double) -> Value {
                comparison.map { .float(part($0)) } ?? .null
            }
            output.append(
                .string(name), .integer(Int64(sample.count)), .float(sample.mean),
                figure(\.difference), figure(\.low), figure(\.high), figure(\.statistic),
                figure(\.pValue), .string(areShares ? "two-proportion z" : "Welch t"))
        }
    }

    private static func outcome(_ value: Value) throws -> (String, Double) {
        guard case .map(let map) = value, case .string(let variant)? = map["variant"] else {
            throw wrong(value)
        }
        switch map["value"] {
        case .boolean(let flag)?: return (variant, flag ? 1 : 0)
        case .integer(let number)?: return (variant, Double(number))
        case .float(let number)? where number.isFinite: return (variant, number)
        default: throw wrong(value)
        }
    }

    private static func wrong(_ value: Value) -> QueryError {
        QueryError(
            .argument,
            "\(name): an outcome must be a map {variant, value} with a string and a number, true or "
                + "false, but is \(value.excerpt).")
    }
}
