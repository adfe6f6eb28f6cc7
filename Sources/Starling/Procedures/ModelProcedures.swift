internal import GraphStore
internal import QueryEngine
internal import Recommend
import Synchronization
internal import Values

/// The `model.*` family: what is learned once and kept in the database.
enum ModelProcedures {
    static func all(_ models: TrainedModels) -> [any Procedure] {
        [
            FitProcedure(), ModelListProcedure(), ModelDropProcedure(), MethodsProcedure(),
            ModelItemsProcedure(models: models), PredictProcedure(models: models),
        ]
    }

    /// A model's name, not null and not empty.
    static func name(_ value: Value, of procedure: String) throws -> String {
        guard case .string(let name) = value, !name.isEmpty else {
            throw QueryError(.argument, "\(procedure): a model's name must be a string.")
        }
        return name
    }

    /// Kernels speak of methods, statements of procedures.
    static func translating<R>(_ procedure: String, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as MethodError {
            throw QueryError(.argument, "\(procedure): \(error.description).")
        }
    }
}

/// `model.fit`: learns and publishes.
private struct FitProcedure: Procedure {
    static let name = "model.fit"

    let signature = ProcedureSignature(
        name: name,
        inputs: [
            .init("name", .string, "What the model is called; one of that name is replaced."),
            .init("method", .string, "How to learn: see model.methods()."),
            .init("relationshipType", .string, "The relationships to learn from, users to items."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "weight: a property of the relationships; timestamp: one with their time; "
                    + "direction: 'OUTGOING' (default) or 'INCOMING'; and the method's own options"),
        ],
        outputs: [
            .init("model", .string, "Its name."),
            .init("epoch", .integer, "From 1; one row each."),
            .init("loss", .float, "What was minimised; null where nothing is."),
            .init("seconds", .float, "How long the epoch took."),
            .init("users", .integer, "Users that it was fitted to."),
            .init("items", .integer, "Items that it can recommend."),
        ],
        managesTransactions: true,
        description:
            "Learns a model from all relationships of a type and keeps it in the database. "
            + "It is published at once when it is done; until then an earlier one answers.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: Self.name)
        guard case .string(let methodName) = arguments[1],
            case .string(let type) = arguments[2]
        else {
            throw QueryError(
                .argument, "\(Self.name): the method and the relationship type must be strings.")
        }
        let monitor = context.monitor
        let (model, epochs) = try ModelProcedures.translating(Self.name) {
            let method = try Methods.named(methodName)
            let request = try ModelConfiguration(
                arguments[3], type: type, methods: [method], of: Self.name)
            try request.source.requireProperties(in: context.view, of: Self.name)
            let epochs = Mutex<[EpochReport]>([])
            let interactions = try request.source.interactions(context.view, monitor)
            let training = Training(monitor: monitor) { report, _ in
                epochs.withLock { $0.append(report) }
                return true
            }
            let start = ContinuousClock.now
            let model = try TrainedModel.fit(
                method, request.options, source: request.source, to: interactions, training,
                in: context.view)
            let all = epochs.withLock { $0 }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            return (
                model, all.isEmpty ? [EpochReport(epoch: 1, loss: .nan, seconds: seconds)] : all
            )
        }
        try model.draft(name: name).publish(monitor) { try context.commit($0) }
        for epoch in epochs {
            output.append(
                .string(name), .integer(Int64(epoch.epoch)),
                epoch.loss.isNaN ? .null : .float(epoch.loss), .float(epoch.seconds),
                .integer(Int64(model.users.count)), .integer(Int64(model.items.count)))
        }
    }
}

/// The map of `model.fit`: where the interactions are, and what is for the method.
struct ModelConfiguration {
    let source: ModelSource
    let options: [String: MethodOption.Value]

    private static let sourceOptions = ["weight", "timestamp", "direction"]

    init(
        _ value: Value, type: String, methods: [any RecommenderMethod.Type], of procedure: String
    ) throws {
        var known = Self.sourceOptions
        for method in methods {
            for option in method.options where !known.contains(option.name) {
                known.append(option.name)
            }
        }
        let configuration = try Configuration(value, of: procedure, known: known)
        let direction = try configuration.direction() ?? .outgoing
        source = ModelSource(
            type: type, direction: direction, weight: try configuration.string("weight"),
            timestamp: try configuration.string("timestamp"))
        var options: [String: MethodOption.Value] = [:]
        for name in known where !Self.sourceOptions.contains(name) {
            options[name] = try configuration.methodOption(name)
        }
        self.options = options
    }
}

extension Configuration {
    /// Nil where it was not given.
    func methodOption(_ name: String) throws -> MethodOption.Value? {
        switch value(name) {
        case nil: nil
        case .integer(let number)?: .integer(Int(number))
        case .float(let number)? where number.isFinite: .number(number)
        case .boolean(let flag)?: .flag(flag)
        case .string(let text)?: .text(text)
        case .list(let values)?:
            .texts(
                try values.map { value in
                    guard case .string(let text) = value else {
                        throw wrong(name, "a list of strings")
                    }
                    return text
                })
        default: throw wrong(name, "a number, a string, a list of strings, true or false")
        }
    }
}

/// `model.list`.
private struct ModelListProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "model.list", inputs: [],
        outputs: [
            .init("name", .string, "The model."),
            .init("method", .string, "How it was learned."),
            .init("relationshipType", .string, "From which relationships; null for other models."),
            .init("settings", .map, "What it was told."),
            .init("created", .any, "When."),
            .init("bytes", .integer, "What its numbers take."),
        ],
        description: "All models in the database.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        for model in try context.view.models() {
            output.append(
                .string(model.name), .string(model.method),
                model.setting("relationshipType").map { .string($0) } ?? .null,
                .map(model.settingsMap), .dateTime(DateTimeValue(utcMillisecond: model.created)),
                .integer(Int64(model.byteCount)))
        }
    }
}

extension StoredModel {
    /// As they were given.
    fileprivate var settingsMap: ValueMap {
        ValueMap(settings.map { ($0.displayName, $0.option.value) })
    }
}

extension DateTimeValue {
    /// Of a moment after 1970.
    fileprivate init(utcMillisecond: Int64) {
        let milliseconds = utcMillisecond % 1000
        self.init(
            epochSecond: utcMillisecond / 1000, nanosecond: Int32(milliseconds) * 1_000_000,
            offsetSeconds: 0, zone: nil)
    }
}

/// `model.drop`.
private struct ModelDropProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "model.drop",
        inputs: [
            .init("name", .string, "The model."),
            .init(
                "failIfMissing", .boolean, fallback: .boolean(true),
                "Whether a missing one is an error."),
        ],
        outputs: [.init("name", .string, "The model that is gone.")], access: .write,
        description: "Removes a model from the database, in the statement's transaction.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let name = try ModelProcedures.name(arguments[0], of: signature.name)
        guard let writer = context.writer else { return }
        if try writer.removeModel(named: name) {
            output.append(.string(name))
        } else if case .boolean(true) = arguments[1] {
            throw QueryError(.argument, "\(signature.name): there is no model '\(name)'.")
        }
    }
}

/// `model.methods`.
private struct MethodsProcedure: Procedure {
    let signature = ProcedureSignature(
        name: "model.methods", inputs: [],
        outputs: [
            .init("method", .string, "As model.fit takes it."),
            .init("description", .string, "What it does, its formula and source."),
            .init("predictsRatings", .boolean, "Whether its scores are ratings."),
            .init("options", .listOfMaps, "{name, default, domain, description}"),
        ],
        description: "The methods of model.fit and their options.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        for method in Methods.all {
            let options = method.options.map { option -> Value in
                .map(
                    ValueMap([
                        ("name", .string(option.name)), ("default", option.fallback.value),
                        ("domain", .string(option.domainText)),
                        ("description", .string(option.description)),
                    ]))
            }
            output.append(
                .string(method.name), .string(method.description),
                .boolean(method.predictsRatings), .list(options))
        }
    }
}

extension MethodOption.Value {
    var value: Value {
        switch self {
        case .integer(let value): .integer(Int64(value))
        case .number(let value): .float(value)
        case .flag(let value): .boolean(value)
        case .text(let value): .string(value)
        case .texts(let values): .list(values.map { .string($0) })
        case .none: .null
        }
    }
}
