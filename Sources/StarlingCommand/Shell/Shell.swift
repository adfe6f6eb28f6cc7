import Cypher
import Foundation
import Starling
import Values

/// The prompt: reads statements and directives, runs them, prints what comes.
final class Shell {
    /// Rows that an interactive shell prints at most; a script gets all of them.
    static let interactiveRowLimit = 10_000
    /// Files that may include each other.
    static let maximumSourceDepth = 16

    private let connection: any ShellConnection
    private let isInteractive: Bool
    private let completion: Completion
    private var parameters = ValueMap()
    private var format: QueryCommand.Format
    private var showsTiming: Bool
    private var sourceDepth = 0

    init(_ connection: any ShellConnection, isInteractive: Bool, format: QueryCommand.Format) {
        self.connection = connection
        self.isInteractive = isInteractive
        self.format = format
        showsTiming = isInteractive
        completion = Completion(connection)
    }

    // MARK: Where input comes from

    /// Reads from the terminal until the end.
    func runInteractively() throws {
        let editor = LineEditor(historyPath: Self.historyPath) { [completion] in
            completion.candidates($0, $1)
        }
        print("Starling: \(connection.name). Statements end in a semicolon; :help tells more.")
        var pending = ""
        while true {
            switch editor.read(prompt: prompt(isContinued: !pending.isEmpty)) {
            case .end:
                print()
                return
            case .interrupted:
                print("^C")
                pending = ""
            case .text(let line):
                if pending.isEmpty, line.trimmed().isEmpty { continue }
                if pending.isEmpty, line.trimmed().hasPrefix(":") {
                    editor.remember(line.trimmed())
                    if try !attempt({ try obey(line.trimmed()) }) { return }
                    continue
                }
                pending += pending.isEmpty ? line : "\n" + line
                let script = Script(pending)
                guard !script.statements.isEmpty, script.isComplete else { continue }
                editor.remember(pending.trimmed())
                for statement in script.statements {
                    _ = try attempt {
                        try run(String(statement))
                        return true
                    }
                }
                pending = ""
            }
        }
    }

    /// Runs a whole script; stops at the first error, which is thrown.
    func run(script text: String) throws {
        var pending = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if pending.trimmed().isEmpty, line.drop(while: \.isWhitespace).hasPrefix(":") {
                if try !obey(String(line).trimmed()) { return }
                continue
            }
            pending += line + "\n"
            let script = Script(pending)
            guard !script.statements.isEmpty, script.isComplete else { continue }
            for statement in script.statements { try run(String(statement)) }
            pending = ""
        }
        for statement in Script(pending).all where !statement.allSatisfy(\.isWhitespace) {
            try run(String(statement))
        }
    }

    private func prompt(isContinued: Bool) -> String {
        if isContinued { return "        > " }
        return connection.isInTransaction ? "starling* > " : "starling > "
    }

    /// Runs `body`, printing what goes wrong: an interactive shell lives on. False: leave.
    private func attempt(_ body: () throws -> Bool) throws -> Bool {
        do {
            return try body()
        } catch let error as DatabaseError {
            complain(error.message)
        } catch let failure as CommandFailure {
            complain(failure.message)
        }
        return true
    }

    private func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }

    private static var historyPath: String {
        FileManager.default.homeDirectoryForCurrentUser.path + "/.starling_history"
    }
}

// MARK: Statements

extension Shell {
    private func run(_ statement: String) throws {
        let connection = self.connection
        let start = ContinuousClock.now
        let line = isInteractive ? ProgressLine { connection.progress } : nil
        defer { line?.end() }
        let result = try Interruption.shared.during {
            try connection.run(
                statement, parameters, limit: isInteractive ? Self.interactiveRowLimit : nil)
        } call: {
            connection.cancel()
        }
        let milliseconds = (ContinuousClock.now - start).milliseconds
        line?.end()
        completion.forget()
        try write(result, milliseconds)
    }

    private func write(_ result: ShellAnswer, _ milliseconds: Double) throws {
        var output = OutputBuffer()
        let answer = result.answer
        switch format {
        case .table:
            Table.write(answer, width: Terminal.width, to: &output)
            SummaryText.write(answer, milliseconds: showsTiming ? milliseconds : nil, to: &output)
        case .csv: CSVOutput.write(answer, to: &output)
        case .json:
            JSONOutput.write(answer, Timing([milliseconds], first: milliseconds), to: &output)
        }
        if result.isCut {
            output.line(
                "These are the first \(Self.interactiveRowLimit) rows; there are more. Use LIMIT, "
                    + "or a script, which gets all of them.")
        }
        try output.flush(to: .standardOutput)
    }

    /// The value of an expression, computed by the database.
    private func evaluate(_ expression: String) throws -> Value {
        let answer = try connection.run("RETURN \(expression) AS value", parameters, limit: 1)
            .answer
        return answer.batches.first?.columns.first?.value(0) ?? .null
    }
}

// MARK: Directives

extension Shell {
    /// Obeys a line that begins with a colon. Returns false when the shell should end.
    private func obey(_ line: String) throws -> Bool {
        switch try Directive(line) {
        case .help: try say(Directive.helpText)
        case .listParameters:
            for (name, value) in parameters {
                try say("\(name) => \(value.cypherText)")
            }
        case .setParameter(let name, let expression): parameters[name] = try evaluate(expression)
        case .setParameters(let map):
            guard case .map(let entries) = try evaluate(map) else {
                throw CommandFailure("write :param {name: value}, not `:param \(map)`")
            }
            for (name, value) in entries { parameters[name] = value }
        case .removeParameter(let name): parameters[name] = nil
        case .schema: try showSchema()
        case .begin: try connection.begin()
        case .commit: try connection.commit()
        case .rollback: try connection.rollback()
        case .source(let path): try source(path)
        case .format(let chosen?): format = chosen
        case .format(nil): try say(format.rawValue)
        case .timing(let flag): showsTiming = flag ?? !showsTiming
        case .exit: return false
        }
        return true
    }

    /// Writes at once, so that what goes through a pipe stays in order with the tables.
    private func say(_ text: String) throws {
        var output = OutputBuffer()
        output.line(text)
        try output.flush(to: .standardOutput)
    }

    private func source(_ path: String) throws {
        guard sourceDepth < Self.maximumSourceDepth else {
            throw CommandFailure(
                "files include each other more than \(Self.maximumSourceDepth) deep")
        }
        guard let data = FileManager.default.contents(atPath: path),
            let text = String(validating: data, as: UTF8.self)
        else { throw CommandFailure("cannot read \(path) as UTF-8 text") }
        sourceDepth += 1
        defer { sourceDepth -= 1 }
        try run(script: text)
    }

    private func showSchema() throws {
        for (title, statement) in [
            ("Labels", "CALL db.labels() YIELD label RETURN label ORDER BY label"),
            (
                "Relationship types",
                "CALL db.relationshipTypes() YIELD relationshipType AS type RETURN type ORDER BY type"
            ),
            ("Indexes", "SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state"),
            ("Constraints", "SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties"),
        ] {
            var output = OutputBuffer()
            output.line(title)
            let answer = try connection.run(statement, ValueMap(), limit: nil).answer
            if answer.rowCount == 0 {
                output.line("  none")
            } else {
                Table.write(answer, width: Terminal.width, to: &output)
            }
            try output.flush(to: .standardOutput)
        }
    }
}
