import Foundation
import Starling

/// Prints how long it takes to parse and plan everyday statements.
///
/// EXPLAIN says what that took in its summary, without what describing the plan takes.
@main
struct PlanTimes {
    /// One after the other through all statements, so that each meets the machine's better and
    /// worse moments.
    private static let passes = 20
    private static let roundsPerPass = 100
    /// What the project has set itself.
    private static let targetMicroseconds = 100.0

    static func main() throws {
        if try !allAreFastEnough() { exit(1) }
    }

    private static func allAreFastEnough() throws -> Bool {
        let directory = NSTemporaryDirectory() + "starling-plan-times-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let database = try Database(path: directory)
        defer { database.close() }
        for statement in TypicalStatements.schema { try database.execute(statement) }
        let wanted = CommandLine.arguments.dropFirst().first ?? ""
        let statements = TypicalStatements.all.filter {
            $0.name.contains(wanted) || wanted.isEmpty
        }
        let session = database.makeSession()
        var times = [[Double]](repeating: [], count: statements.count)
        for pass in 0..<passes {
            for (place, statement) in statements.enumerated() {
                times[place] += try microseconds(statement.text, pass, in: session)
            }
        }
        print("µs to parse and plan: median and fastest tenth of \(passes * roundsPerPass)")
        var isWithinTarget = true
        for (statement, times) in zip(statements, times.map { $0.sorted() }) {
            let median = times[times.count / 2]
            if median > targetMicroseconds { isWithinTarget = false }
            print(String(format: "%8.1f%8.1f  ", median, times[times.count / 10]) + statement.name)
        }
        if !isWithinTarget { print("Not all are below \(targetMicroseconds) µs.") }
        return isWithinTarget
    }

    private static func microseconds(_ text: String, _ pass: Int, in session: Session) throws
        -> [Double]
    {
        try (0..<roundsPerPass).map { round in
            // The plan cache goes by the text, comments and all.
            let summary = try session.run(
                "EXPLAIN \(text) //\(pass).\(round)", parameters: TypicalStatements.parameters
            ).summary()
            guard let time = summary.planningTime else { fatalError("The plan was known.") }
            return Double(time.components.attoseconds) / 1e12
        }
    }
}
