import Foundation
import Starling
import Values

/// A file of statements with what each must answer:
///
/// ```
/// # A comment.
/// @ordered
/// MATCH (n:Person) RETURN n.name ORDER BY n.name
/// ---
/// n.name
/// 'Ann'
/// ```
///
/// Cases are separated by blank lines. The answer is the columns, then the rows in Cypher's
/// notation, then `+ counters` and `! notifications`; or `error: code: message`. Rows are compared
/// without their order unless the case is tagged `@ordered`; `@plan` shows the plan instead;
/// `@param x = 1` sets a parameter for the rest of the file. `BEGIN`, `COMMIT` and `ROLLBACK` are
/// the session's. All cases of a file run in one session over a database of the file's own.
struct GoldenScript {
    struct Case {
        var comments: [String] = []
        var tags: [String] = []
        var statement = ""
        var answer: [String] = []
    }

    var cases: [Case] = []

    init(_ text: String) {
        var current = Case()
        var isAnswer = false
        func isEmpty(_ item: Case) -> Bool {
            item.statement.isEmpty && item.comments.isEmpty && item.tags.isEmpty
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.isEmpty {
                if !isEmpty(current) { cases.append(current) }
                current = Case()
                isAnswer = false
            } else if isAnswer {
                current.answer.append(line)
            } else if line == "---" {
                isAnswer = true
            } else if current.statement.isEmpty, line.hasPrefix("#") {
                current.comments.append(line)
            } else if current.statement.isEmpty, line.hasPrefix("@") {
                current.tags.append(line)
            } else {
                current.statement += (current.statement.isEmpty ? "" : "\n") + line
            }
        }
        if !isEmpty(current) { cases.append(current) }
    }

    var text: String {
        cases.map { item in
            var lines = item.comments + item.tags
            if !item.statement.isEmpty { lines += [item.statement, "---"] + item.answer }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n\n") + "\n"
    }

    /// The same cases with what the database answers.
    func run(on database: Database) throws -> GoldenScript {
        let session = database.makeSession()
        var parameters = ValueMap()
        var result = self
        for place in cases.indices where !cases[place].statement.isEmpty {
            for tag in cases[place].tags where tag.hasPrefix("@param ") {
                let parts = tag.dropFirst("@param ".count).split(separator: "=", maxSplits: 1)
                let value = try session.run("RETURN " + parts[1]).rows()[0][0]
                parameters[parts[0].trimmingCharacters(in: .whitespaces)] = value
            }
            result.cases[place].answer = Self.answer(cases[place], session, parameters)
        }
        return result
    }

    private static func answer(_ item: Case, _ session: Session, _ parameters: ValueMap)
        -> [String]
    {
        do {
            switch item.statement {
            case "BEGIN": try session.begin()
            case "COMMIT": try session.commit()
            case "ROLLBACK": try session.rollback()
            default:
                if item.tags.contains("@plan") {
                    let result = try session.run(
                        "EXPLAIN " + item.statement, parameters: parameters)
                    return outline(.map(try result.summary().plan ?? ValueMap()), depth: 0)
                }
                let result = try session.run(item.statement, parameters: parameters)
                return try lines(of: result, isOrdered: item.tags.contains("@ordered"))
            }
            return ["done"]
        } catch {
            let code = error.code.split(separator: ".").last.map(String.init) ?? error.code
            let message = error.message.split(separator: "\n").first.map(String.init) ?? ""
            return ["error: \(code): \(message)"]
        }
    }

    private static func lines(of result: QueryResult, isOrdered: Bool) throws(DatabaseError)
        -> [String]
    {
        var lines: [String] = []
        if !result.columns.isEmpty {
            lines.append(result.columns.joined(separator: " | "))
            let rows = try result.rows().map { row in
                row.map(\.cypherText).joined(separator: " | ")
                    .replacingOccurrences(of: "\n", with: "\\n")
            }
            lines += isOrdered ? rows : rows.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        let summary = try result.summary()
        let counters = summary.counters.entries.map { "\($0.name) \($0.count)" }
        if !counters.isEmpty { lines.append("+ " + counters.joined(separator: ", ")) }
        for notification in summary.notifications {
            let name = notification.code.split(separator: ".").last.map(String.init) ?? ""
            lines.append("! \(name): \(notification.description)")
        }
        return lines.isEmpty ? ["done"] : lines
    }

    private static func outline(_ plan: Value, depth: Int) -> [String] {
        guard case .map(let map) = plan, case .string(let name)? = map["operatorType"] else {
            return []
        }
        var line = String(repeating: "  ", count: depth) + name
        if case .map(let arguments)? = map["args"],
            case .string(let details)? = arguments["Details"], !details.isEmpty
        {
            line += " " + details
        }
        guard case .list(let children)? = map["children"] else { return [line] }
        return [line] + children.flatMap { outline($0, depth: depth + 1) }
    }
}
