internal import QueryEngine
internal import Values

/// `tck.register`: lets a conformance suite bring procedures whose results are tables.
struct TableProcedureRegistration: Procedure {
    let late: LateProcedures
    let plans: PlanCache

    let signature = ProcedureSignature(
        name: "tck.register",
        inputs: [
            .init(
                "signature", .string,
                "`name(input :: TYPE, …) :: (output :: TYPE, …)`; an empty one forgets all "
                    + "procedures that were registered."),
            .init("columns", .listOfStrings, "The names of the inputs, then of the outputs."),
            .init("rows", .list, "Rows of the table: lists of as many values as columns."),
        ],
        outputs: [], access: .dbms,
        description: "Registers a procedure: a call yields the outputs of the rows whose inputs "
            + "equal its arguments.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        // Plans carry what they know of signatures.
        defer { plans.removeAll() }
        guard case .string(let text) = arguments[0], case .list(let columns) = arguments[1],
            case .list(let rows) = arguments[2]
        else { throw failure("its arguments must not be null") }
        if text.isEmpty {
            late.removeAll()
            return
        }
        late.register(try TableProcedure(signatureText: text, columns: columns, rows: rows))
    }
}

private func failure(_ reason: String) -> QueryError {
    QueryError(.procedureFailed, "tck.register failed: \(reason).")
}

/// A procedure that is a table: some columns are its inputs, the others what it yields.
private struct TableProcedure: Procedure {
    let signature: ProcedureSignature
    private let rows: [[Value]]

    init(signatureText: String, columns: [Value], rows: [Value]) throws {
        signature = try SignatureText.parse(signatureText)
        let fields = signature.inputs.map(\.name) + signature.outputs.map(\.name)
        guard Value.isEquivalent(.list(columns), .list(fields.map(Value.string))) else {
            throw failure("the columns are not the signature's inputs and outputs")
        }
        self.rows = try rows.map { row in
            guard case .list(let cells) = row, cells.count == fields.count else {
                throw failure("a row does not have \(fields.count) values")
            }
            return cells
        }
    }

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        for row in rows where zip(row, arguments).allSatisfy(Value.isEquivalent) {
            for (place, cell) in row.dropFirst(arguments.count).enumerated() {
                output.columns[place].append(cell)
            }
        }
    }
}

/// `name(input :: TYPE, …) :: (output :: TYPE, …)`
private enum SignatureText {
    static func parse(_ text: String) throws -> ProcedureSignature {
        let nameAndFields = /\s*([^\s(]+)\s*\((.*?)\)\s*::\s*\((.*)\)\s*/
        guard let match = text.wholeMatch(of: nameAndFields) else {
            throw failure("`\(text)` is not a signature")
        }
        return ProcedureSignature(
            name: String(match.1), inputs: try fields(match.2), outputs: try fields(match.3),
            description: "Registered by a test.")
    }

    private static func fields(_ text: Substring) throws -> [ProcedureSignature.Field] {
        if text.allSatisfy(\.isWhitespace) { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { field in
            guard let match = field.wholeMatch(of: /\s*(\S+)\s*::\s*(\S+?)\??\s*/),
                let type = type(named: match.2.uppercased())
            else { throw failure("`\(field)` is not a name and a type") }
            return .init(String(match.1), type, "")
        }
    }

    private static func type(named name: String) -> ProcedureSignature.TypeText? {
        name == "NUMBER" ? .number : .init(rawValue: name)
    }
}
