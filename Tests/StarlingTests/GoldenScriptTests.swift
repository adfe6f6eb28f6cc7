import Foundation
import Starling
import Testing
import Values

/// Runs the scripts beside this file, with batches of two rows and of full size.
///
/// `STARLING_REWRITE_SCRIPTS=1 swift test --filter GoldenScriptTests` writes what the database answers
/// into the scripts. Read the difference before committing it.
@Suite struct GoldenScriptTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Scripts")

    static let names: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
        return (files ?? []).filter { $0.hasSuffix(".cyscript") }.sorted()
    }()

    /// All scripts' statements: the corpus of the fuzzers.
    static func statements() throws -> [String] {
        try names.flatMap { name in
            GoldenScript(try read(name)).cases.map(\.statement).filter { !$0.isEmpty }
        }
    }

    private static func read(_ name: String) throws -> String {
        try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    private static var rewrites: Bool {
        ProcessInfo.processInfo.environment["STARLING_REWRITE_SCRIPTS"] == "1"
    }

    @Test func everyFunctionIsInAScript() throws {
        let statements = try Self.statements().joined(separator: "\n").lowercased()
        try TemporaryDatabase.with { database in
            for row in try database.execute("SHOW FUNCTIONS YIELD name").rows() {
                guard case .string(let name) = row[0] else { continue }
                #expect(statements.contains(name.lowercased() + "("), "no script calls \(name)()")
            }
        }
    }

    @Test(arguments: names, [2, 2048]) func answersAsWritten(_ name: String, _ capacity: Int) throws
    {
        let text = try Self.read(name)
        let script = GoldenScript(text)
        var options = Database.Options()
        options.batchCapacity = capacity
        options.importDirectory = Self.directory.appendingPathComponent("import").path
        try TemporaryDatabase.with(options) { database in
            let result = try script.run(on: database)
            if Self.rewrites {
                if capacity == 2048 {
                    try result.text.write(
                        to: Self.directory.appendingPathComponent(name), atomically: true,
                        encoding: .utf8)
                }
                return
            }
            for (expected, found) in zip(script.cases, result.cases) {
                #expect(
                    found.answer == expected.answer,
                    "\(name), batches of \(capacity):\n\(expected.statement)")
            }
        }
    }
}
