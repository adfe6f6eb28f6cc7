import Values

extension BuiltInProcedures {
    /// `SHOW PROCEDURES` and `SHOW FUNCTIONS`.
    static func registryProcedures(_ functions: [FunctionDescription]) -> [any Procedure] {
        [showProcedures, showFunctions(functions)]
    }

    private static var showProcedures: any Procedure {
        BuiltInProcedure(
            "show.procedures",
            yields: [
                .init("name", .string, "The name to call it by."),
                .init("description", .string, "What it does."),
                .init("mode", .string, "READ, WRITE, SCHEMA or DBMS."),
                .init("worksOnSystem", .boolean, "Always false."),
                .init("signature", .string, "Its inputs and outputs."),
                .init("argumentDescription", .listOfMaps, "One map for each input."),
                .init("returnDescription", .listOfMaps, "One map for each output."),
                .init("admin", .boolean, "Always false."),
                .init("rolesExecution", .listOfStrings, "Always null: there are no roles."),
                .init("rolesBoostedExecution", .listOfStrings, "Always null."),
                .init("isDeprecated", .boolean, "Always false."),
                .init("deprecatedBy", .string, "Always null."),
                .init("option", .map, "Always {deprecated: false}."),
            ],
            "Lists the procedures."
        ) { _, context, output in
            for procedure in context.procedures.all {
                let signature = procedure.signature
                if isInternal(signature.name) { continue }
                output.append(
                    .string(signature.name), .string(signature.description),
                    .string(signature.access.rawValue), .boolean(false),
                    .string(signature.text), describe(signature.inputs),
                    describe(signature.outputs), .boolean(false), .null, .null, .boolean(false),
                    .null, .map(["deprecated": .boolean(false)]))
            }
        }
    }

    /// What only SHOW and TERMINATE call.
    private static func isInternal(_ name: String) -> Bool {
        name.utf8.starts(with: "show.".utf8) || name.utf8.starts(with: "terminate.".utf8)
    }

    private static func describe(_ fields: [ProcedureSignature.Field]) -> Value {
        .list(
            fields.map { field in
                var map: ValueMap = [
                    "name": .string(field.name), "type": .string(field.type.rawValue),
                    "description": .string(field.description), "isDeprecated": .boolean(false),
                ]
                if let fallback = field.fallback {
                    map["default"] = .string(fallback.cypherText)
                }
                return .map(map)
            })
    }

    private static func showFunctions(_ functions: [FunctionDescription]) -> any Procedure {
        BuiltInProcedure(
            "show.functions",
            inputs: [.init("selection", .any, fallback: .null, "`built in` or `user defined`.")],
            yields: [
                .init("name", .string, "The name to call it by."),
                .init("category", .string, "What it works on."),
                .init("description", .string, "What it gives."),
                .init("signature", .string, "Its arguments and result."),
                .init("isBuiltIn", .boolean, "Always true."),
                .init("argumentDescription", .listOfMaps, "One map for each argument."),
                .init("returnDescription", .string, "The result's type."),
                .init("aggregating", .boolean, "Whether it takes many rows."),
                .init("rolesExecution", .listOfStrings, "Always null: there are no roles."),
                .init("rolesBoostedExecution", .listOfStrings, "Always null."),
                .init("isDeprecated", .boolean, "Always false."),
                .init("deprecatedBy", .string, "Always null."),
            ],
            "Lists the functions."
        ) { arguments, _, output in
            // Nobody but Starling defines functions.
            if case .string("user defined") = arguments[0] { return }
            for function in functions.sorted(by: { $0.name.compareBytes(with: $1.name) < 0 }) {
                output.append(
                    .string(function.name), .string(function.category),
                    .string(function.description), .string(function.signature), .boolean(true),
                    .list(function.arguments), .string(function.result),
                    .boolean(function.isAggregating), .null, .null, .boolean(false), .null)
            }
        }
    }
}

extension ProcedureSignature {
    /// `db.awaitIndex(indexName :: STRING, timeOutSeconds = 300 :: INTEGER) :: (…)`
    public var text: String {
        func list(_ fields: [Field]) -> String {
            fields.map { field in
                let fallback = field.fallback.map { " = \($0.cypherText)" } ?? ""
                return "\(field.name)\(fallback) :: \(field.type.rawValue)"
            }.joined(separator: ", ")
        }
        return "\(name)(\(list(inputs))) :: (\(list(outputs)))"
    }
}
