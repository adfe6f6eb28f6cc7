import Foundation
import Starling

/// Prints how long it takes to parse and plan everyday statements.
///
/// EXPLAIN says what that took in its summary, without what describing the plan takes.
@main
struct PlanTimes {
    private static let rounds = 2_000
    /// What the project has set itself.
    private static let targetMicroseconds = 100.0

    static func main() throws {
        let directory = NSTemporaryDirectory() + "starling-plan-times-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let database = try Database(path: directory)
        defer { database.close() }
        for statement in TypicalStatements.schema { try database.execute(statement) }
        print("µs to parse and plan (median of \(rounds))")
        var isWithinTarget = true
        let wanted = CommandLine.arguments.dropFirst().first ?? ""
        for statement in TypicalStatements.all
        where statement.name.contains(wanted) || wanted.isEmpty {
            let time = try microseconds(statement.text, in: database.makeSession())
            if time > targetMicroseconds { isWithinTarget = false }
            print(String(format: "%8.1f  ", time) + statement.name)
        }
        if !isWithinTarget {
            print("Not all are below \(targetMicroseconds) µs.")
            exit(1)
        }
    }

    private static func microseconds(_ text: String, in session: Session) throws -> Double {
        let times = try (0..<rounds).map { round in
            // The plan cache goes by the text, comments and all.
            let summary = try session.run("EXPLAIN \(text) //\(round)").summary()
            guard let time = summary.planningTime else { fatalError("The plan was known.") }
            return Double(time.components.attoseconds) / 1e12
        }
        return times.sorted()[rounds / 2]
    }
}
