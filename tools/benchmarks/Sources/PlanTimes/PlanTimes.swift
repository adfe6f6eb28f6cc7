import Foundation
import Starling

/// Prints how long it takes to parse and plan everyday statements.
///
/// EXPLAIN parses, plans and describes; EXPLAIN of a text that was planned before only describes.
/// The difference of their medians is what is shown.
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
        for statement in TypicalStatements.all {
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
        let same = "EXPLAIN " + text
        for _ in 0..<rounds / 10 { _ = try session.run(same).summary() }
        var known: [Double] = []
        var new: [Double] = []
        for round in 0..<rounds {
            known.append(try time { _ = try session.run(same).summary() })
            // The plan cache goes by the text, comments and all.
            let text = same + " //\(round)"
            new.append(try time { _ = try session.run(text).summary() })
        }
        return median(new) - median(known)
    }

    private static func time(_ body: () throws -> Void) rethrows -> Double {
        let duration = try ContinuousClock().measure(body).components
        return Double(duration.seconds) * 1e6 + Double(duration.attoseconds) / 1e12
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
