import Cypher
import Foundation
import Starling
import Values

/// What may stand at the cursor: names of the database after `:`, `.` and CALL, keywords elsewhere.
final class Completion {
    private let connection: any ShellConnection
    private var names: Names?

    private struct Names {
        var labels: [String] = []
        var types: [String] = []
        var properties: [String] = []
        var procedures: [String] = []
        var functions: [String] = []
    }

    init(_ connection: any ShellConnection) { self.connection = connection }

    /// A statement may have made new names.
    func forget() { names = nil }

    /// Candidates for `word`, which ends at the cursor and begins behind a separator; `before` is
    /// the rest of the line.
    func candidates(_ word: String, _ before: String) -> [String] {
        let names = self.names ?? load()
        self.names = names
        switch before.last {
        case ":" where before == ":":
            return matching(word, Directive.names)
        case ":", "|", "&", "!": return matching(word, names.labels + names.types)
        case ".":
            let path = dottedPrefix(before)
            let dotted = (names.procedures + names.functions)
                .filter { $0.lowercased().hasPrefix(path.lowercased()) }
                .map { String($0.dropFirst(path.count)) }
            return dotted.isEmpty
                ? matching(word, names.properties) : matching(word, dotted)
        default: break
        }
        if before.trimmed().uppercased().hasSuffix("CALL") {
            return matching(word, names.procedures)
        }
        guard !word.isEmpty else { return [] }
        let keywords = Keywords.all.filter { !Self.rareKeywords.contains($0) }
            .map { word.first?.isLowercase == true ? $0.lowercased() : $0 }
        return matching(word, keywords + names.functions)
    }

    /// Words of one rare phrase each, which would only stand in the way: RET is RETURN.
    private static let rareKeywords: Set = ["RETRY", "SEC", "SECOND", "SECONDS"]

    private func matching(_ word: String, _ all: [String]) -> [String] {
        Array(Set(all.filter { $0.lowercased().hasPrefix(word.lowercased()) })).sorted()
    }

    /// `recommend.` in `CALL recommend.`
    private func dottedPrefix(_ before: String) -> String {
        String(
            before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
                .reversed())
    }

    /// One look at the database; without an answer, there is only less to offer.
    private func load() -> Names {
        Names(
            labels: column("CALL db.labels()"), types: column("CALL db.relationshipTypes()"),
            properties: column("CALL db.propertyKeys()"),
            procedures: column("SHOW PROCEDURES YIELD name"),
            functions: column("SHOW FUNCTIONS YIELD name"))
    }

    private func column(_ statement: String) -> [String] {
        guard
            let batches = try? connection.run(statement, ValueMap(), limit: Self.nameLimit).answer
                .batches
        else { return [] }
        return batches.flatMap { batch in
            (0..<batch.count).compactMap {
                if case .string(let name) = batch.columns[0].value($0) { name } else { nil }
            }
        }
    }

    /// Names of one kind that are offered at most.
    private static let nameLimit = 10_000
}

extension String {
    func trimmed() -> String {
        trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
