import ArgumentParser
import Foundation
import Starling
import Values

/// What the engine takes for traversals, beside plain loops over the same lists in two arrays, which
/// is as fast as it gets without another algorithm.
@main
struct Traversals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "traversals",
        abstract: "Time two and three hops of Cypher beside plain loops over the same lists.")

    @Argument(help: "A database of (:User)-[:RATED]->(:Item).") var database: String
    @Option(help: "How often each is asked; the median counts.") var repetitions = 15
    @Option(help: "Users for what is asked for one user.") var users = 200

    func run() throws {
        let database = try Database(path: database)
        defer { database.close() }
        let session = database.makeSession()
        let lists = try RatingLists(session)
        let some = lists.users(users)
        print("ms, median of \(repetitions)                   Cypher     loop    ratio")
        try compare(
            "count of two hops", Statement("RETURN count(*)"), [nil], session
        ) { _ in [lists.countOfTwoHops()] }
        try compare(
            "two hops, commonest ends", Statement(Self.commonest("p")), [nil], session
        ) { _ in lists.twoHopsByEnd().largest(Self.shown) }
        try compare(
            "two hops of a user, commonest ends", Statement(Self.commonest("p"), user: true),
            some, session
        ) { user in lists.twoHopsByEnd(from: user!).largest(Self.shown) }
        try compare(
            "two hops of a user, ends",
            Statement("RETURN count(DISTINCT p)", user: true), some, session
        ) { user in [lists.twoHopsByEnd(from: user!).count] }
        try compare(
            "three hops of a user, commonest ends",
            Statement("-[:RATED]->(j) " + Self.commonest("j"), user: true), some, session
        ) { user in lists.threeHopsByEnd(from: user!).largest(Self.shown) }
    }

    private static let shown = 10

    private static func commonest(_ end: String) -> String {
        "WITH \(end), count(*) AS n RETURN n ORDER BY n DESC LIMIT \(shown)"
    }

    /// Asks for each of the users (nil: for all together), and fails where the loop finds something
    /// else.
    private func compare(
        _ name: String, _ statement: Statement, _ users: [Int?], _ session: Session,
        _ loop: (Int?) -> [Int]
    ) throws {
        var (engine, plain): ([Double], [Double]) = ([], [])
        for _ in 0..<repetitions {
            var (cypher, loops) = (Duration.zero, Duration.zero)
            for user in users {
                var start = ContinuousClock.now
                let counts = try statement.counts(user, session)
                cypher += ContinuousClock.now - start
                start = ContinuousClock.now
                let expected = loop(user)
                loops += ContinuousClock.now - start
                guard counts.sorted() == expected.sorted() else {
                    throw ValidationError("\(name): the results differ.")
                }
            }
            engine.append(milliseconds(cypher) / Double(users.count))
            plain.append(milliseconds(loops) / Double(users.count))
        }
        let (cypher, loops) = (median(engine), median(plain))
        print(
            name.padding(toLength: 36, withPad: " ", startingAt: 0)
                + String(format: "%9.3f%9.3f%9.2f", cypher, loops, cypher / loops))
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1e3 + Double(duration.components.attoseconds) / 1e15
    }
}

extension [Int] {
    /// So many of the largest.
    fileprivate func largest(_ count: Int) -> [Int] {
        var kept: [Int] = []
        for value in self where kept.count < count || value > kept[kept.count - 1] {
            if kept.count == count { kept.removeLast() }
            kept.insert(value, at: kept.firstIndex { $0 < value } ?? kept.count)
        }
        return kept
    }
}

/// A statement about two hops, from all users or from one.
private struct Statement {
    let text: String

    init(_ rest: String, user: Bool = false) {
        let hops = "(u:User)-[:RATED]->(i)<-[:RATED]-(p)"
        let start = user ? "MATCH (u:User) WHERE id(u) = $user MATCH " : "MATCH "
        let isLonger = rest.hasPrefix("-")
        text = start + hops + (isLonger ? "" : " ") + rest
    }

    /// The last column.
    func counts(_ user: Int?, _ session: Session) throws -> [Int] {
        let parameters = ValueMap(user.map { [("user", Value.integer(Int64($0)))] } ?? [])
        let result = try session.run(text, parameters: parameters)
        var counts: [Int] = []
        for row in try result.rows() {
            if case .integer(let count)? = row.last { counts.append(Int(count)) }
        }
        return counts
    }
}
