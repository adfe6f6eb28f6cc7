import Foundation
import Testing

@testable import QueryEngine

/// Golden plans: what becomes of a statement, step by step. After a deliberate change, run with
/// `STARLING_REWRITE_PLANS=1` and review the difference.
@Suite struct PlanTests {
    struct Script: CustomTestStringConvertible {
        let file: String
        let text: String
        var testDescription: String { file }
    }

    static let scripts = [
        Script(file: "PlanScript+Disjunctions.swift", text: PlanScript.disjunctions),
        Script(file: "PlanScript+Joins.swift", text: PlanScript.joins),
        Script(file: "PlanScript+Reads.swift", text: PlanScript.reads),
        Script(file: "PlanScript+Rows.swift", text: PlanScript.rows),
        Script(file: "PlanScript+Subqueries.swift", text: PlanScript.subqueries),
        Script(file: "PlanScript+Writes.swift", text: PlanScript.writes),
    ]

    @Test(arguments: scripts) func plans(_ script: Script) throws {
        var rewritten: [String] = []
        for part in script.text.components(separatedBy: "\n===\n") {
            let sides = part.components(separatedBy: "\n---\n")
            let statement = sides[0]
            let wanted = sides.count > 1 ? sides[1] : ""
            let found = try Planning.outline(statement)
            rewritten.append("\(statement)\n---\n\(found)")
            if !Self.rewrites { #expect(found == wanted, "\(statement)") }
        }
        if Self.rewrites { try rewrite(script, rewritten.joined(separator: "\n===\n")) }
    }

    private static let rewrites =
        ProcessInfo.processInfo.environment["STARLING_REWRITE_PLANS"] != nil

    private func rewrite(_ script: Script, _ text: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent(script.file)
        let source = try String(contentsOf: file, encoding: .utf8)
        let indented = text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : "        \($0)" }.joined(separator: "\n")
        let head = source.components(separatedBy: "#\"\"\"\n")[0]
        try "\(head)#\"\"\"\n\(indented)\n        \"\"\"#\n}\n"
            .write(to: file, atomically: true, encoding: .utf8)
    }
}

/// Statements and their plans, divided by `---` and `===`.
enum PlanScript {}
