internal import GraphStore
internal import QueryEngine
internal import Recommend
internal import Values

/// The `evaluate.*` family: which method is best on these data.
enum EvaluateProcedures {
    static func all(_ models: TrainedModels) -> [any Procedure] {
        [
            SplitProcedure(), EvaluateRunProcedure(models: models), LearningCurveProcedure(),
            ChartProcedure(), ExperimentReportProcedure(),
        ]
    }

    static let typeField = ProcedureSignature.Field(
        "relationshipType", .string, "The interactions, from users to items.")
}

/// `evaluate.split`: shows a split, for a statement to write where it is to be kept.
private struct SplitProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "evaluate.split",
        inputs: [
            EvaluateProcedures.typeField,
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "method: 'perUser' (default: a share of each user's), 'random', 'leaveOneOut', "
                    + "'time' or 'kFold'; " + EvaluateArguments.splitText),
        ],
        outputs: [
            .init("relationship", .relationship, "An interaction."),
            .init(
                "part", .any, "'TRAIN' or 'TEST'; of 'kFold' the number of the part that tests it."),
        ],
        description: "Divides interactions into training and test. Nothing is written: "
            + "`SET relationship.split = part` keeps it, and evaluate.run takes it back with "
            + "`splitProperty: 'split'`, or makes the same split by itself when it is told the same."
    )

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = signature.name
        let asked = try EvaluateArguments(
            type: arguments[0], arguments[1], of: name, methodKey: "method",
            options: EvaluateArguments.splitOptions)
        let view = context.view
        let isNumbered = asked.split.method == .kFold
        try ModelProcedures.translating(name) {
            let interactions = try asked.interactions(view, context.monitor)
            let parts = try asked.split.parts(interactions)
            try asked.source.forEachEntry(of: interactions, view, context.monitor) {
                let part = parts[$0]
                output.append(
                    .relationshipReference($1),
                    isNumbered ? .integer(Int64(part)) : .string(part == 0 ? "TEST" : "TRAIN"))
            }
        }
    }
}

extension Metric {
    /// What is measured where nobody says.
    static let usual: [Metric] = [.precision, .recall, .ndcg]
    static let usualOfRatings: [Metric] = [.rmse, .mae]
}

extension Configuration {
    /// Numbers from one integer or a list of them.
    func integers(_ key: String, default fallback: [Int], in range: ClosedRange<Int>) throws
        -> [Int]
    {
        guard has(key) else { return fallback }
        let numbers = list(key).compactMap { value -> Int? in
            if case .integer(let number) = value, range.contains(Int(number)) {
                Int(number)
            } else {
                nil
            }
        }
        guard !numbers.isEmpty, numbers.count == list(key).count else {
            throw wrong(
                key, "an integer from \(range.lowerBound) to \(range.upperBound) or a list of them")
        }
        return numbers
    }

    func metrics(_ key: String) throws -> [Metric]? {
        guard has(key) else { return nil }
        return try list(key).map { value in
            guard case .string(let name) = value,
                let metric = Metric.allCases.first(where: {
                    $0.rawValue.lowercased() == name.lowercased()
                })
            else {
                throw wrong(
                    key,
                    "names among " + Metric.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return metric
        }
    }
}
