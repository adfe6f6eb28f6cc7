internal import GraphAlgorithms
internal import QueryEngine
import Synchronization

/// The named views of `gds.graph.project`. They hold definitions, not copies: each call reads the
/// graph as it is then. They last as long as the database is open.
final class GraphCatalog: Sendable {
    struct Entry: Sendable {
        let name: String
        let definition: GraphDefinition
        let created: ContinuousClock.Instant
    }

    private let entries = Mutex<[String: Entry]>([:])
    private static let mostEntries = 10_000

    /// Errors: there is one of that name, or there are too many.
    func add(_ name: String, _ definition: GraphDefinition) throws {
        try entries.withLock { entries in
            guard entries[name] == nil else {
                throw QueryError(.argument, "A graph with the name `\(name)` exists already.")
            }
            guard entries.count < Self.mostEntries else {
                throw QueryError(.argument, "There are \(Self.mostEntries) graphs; drop some.")
            }
            entries[name] = Entry(name: name, definition: definition, created: .now)
        }
    }

    subscript(name: String) -> Entry? { entries.withLock { $0[name] } }

    func remove(_ name: String) -> Entry? { entries.withLock { $0.removeValue(forKey: name) } }

    /// In name order.
    var all: [Entry] { entries.withLock { $0.values.sorted { $0.name < $1.name } } }

    /// Errors: there is none of that name.
    func require(_ name: String) throws -> GraphDefinition {
        if let entry = self[name] { return entry.definition }
        throw QueryError(
            .argument,
            "There is no graph with the name `\(name)`; make it with gds.graph.project."
                + NearestName.hint(for: name, among: all.map(\.name)))
    }
}
