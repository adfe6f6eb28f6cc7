import ArgumentParser
import Foundation
import LinearAlgebra
import Starling
import Values

/// How long it takes to recommend to one user by itemKNN, statement by statement in this process:
/// fitted, fitted and one click later, and live without a fit.
struct Neighbours: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recommend by itemKNN to one user after another: what one CALL takes.")

    @Argument(help: "A database of (:User)-[:BOUGHT]->(:Item), to which clicks are added.")
    var database: String
    @Option(help: "Users to recommend to, drawn at random.") var users = 1_000
    @Option(help: "Items for each.") var k = 20
    @Option(help: "Measured besides: the users with the most items.") var heaviest = 20

    private static let fitted = """
        MATCH (u) WHERE id(u) = $user CALL recommend.model(u, 'bench', {k: $k}) YIELD item, score
        RETURN id(item), score
        """
    private static let live = """
        MATCH (u) WHERE id(u) = $user CALL recommend.itemKNN(u, 'BOUGHT', {k: $k})
        YIELD item, score RETURN id(item), score
        """
    private static let click = """
        MATCH (u), (i) WHERE id(u) = $user AND id(i) = $item CREATE (u)-[:BOUGHT]->(i)
        """

    func run() throws {
        let database = try Database(path: database)
        defer { database.close() }
        let session = database.makeSession()
        let all = try ids("MATCH (u:User)-[:BOUGHT]->() RETURN DISTINCT id(u)", session)
        let items = try ids("MATCH (i:Item) RETURN id(i)", session)
        let heavy = try ids(
            "MATCH (u:User)-[b:BOUGHT]->() RETURN id(u), count(b) AS n ORDER BY n DESC LIMIT "
                + "\(heaviest)", session)
        guard !all.isEmpty, !items.isEmpty else {
            throw ValidationError("The database has no (:User)-[:BOUGHT]->(:Item).")
        }
        var random = RandomSource(seed: 7)
        let some = (0..<users).map { _ in all[random.next(below: all.count)] }

        for (similarity, neighbours) in [("cosine", 20), ("cosine", 1000), ("tfidf", 1000)] {
            let method = "\(similarity) \(neighbours)"
            let start = ContinuousClock.now
            _ = try session.run(
                "CALL model.fit('bench', 'itemKNN', 'BOUGHT', {similarity: '\(similarity)', "
                    + "neighbours: \(neighbours)})"
            ).rows()
            print("fit, \(method)".padded, milliseconds(ContinuousClock.now - start), "ms")
            // Reads the model, and plans.
            _ = try session.run(Self.fitted, parameters: parameters(some[0])).rows()
            try report("fitted, \(method)", some, Self.fitted, session)
            try report("fitted, \(method), \(heaviest) heaviest users", heavy, Self.fitted, session)
            for (what, ownClick) in [("somebody's", false), ("their own", true)] {
                try report(
                    "fitted, \(method), after \(what) click", Array(some.prefix(300)),
                    Self.fitted, session
                ) { user in
                    let clicking = ownClick ? user : all[random.next(below: all.count)]
                    let item = items[random.next(below: items.count)]
                    _ = try session.run(
                        Self.click,
                        parameters: ValueMap([
                            ("user", .integer(clicking)), ("item", .integer(item)),
                        ])
                    ).rows()
                }
            }
        }
        for user in some.prefix(50) {
            _ = try session.run(Self.live, parameters: parameters(user)).rows()
        }
        try report("live", some, Self.live, session)
        try report("live, \(heaviest) heaviest users", heavy, Self.live, session)
    }

    private func ids(_ statement: String, _ session: Session) throws -> [Int64] {
        try session.run(statement).rows().compactMap { row in
            if case .integer(let id) = row[0] { return id }
            return nil
        }
    }

    private func parameters(_ user: Int64) -> ValueMap {
        ValueMap([("user", .integer(user)), ("k", .integer(Int64(k)))])
    }

    private func report(
        _ what: String, _ users: [Int64], _ statement: String, _ session: Session,
        before: (Int64) throws -> Void = { _ in }
    ) throws {
        var times: [Duration] = []
        for user in users {
            try before(user)
            let start = ContinuousClock.now
            _ = try session.run(statement, parameters: parameters(user)).rows()
            times.append(ContinuousClock.now - start)
        }
        times.sort()
        let p99 = times[min(times.count - 1, times.count * 99 / 100)]
        print(
            what.padded, milliseconds(times[times.count / 2]), "ms, p99", milliseconds(p99),
            "ms, longest", milliseconds(times[times.count - 1]), "ms")
    }

    private func milliseconds(_ duration: Duration) -> String {
        String(format: "%.3f", duration / .milliseconds(1))
    }
}

extension String {
    /// A table's first column.
    fileprivate var padded: String { padding(toLength: 44, withPad: " ", startingAt: 0) }
}
