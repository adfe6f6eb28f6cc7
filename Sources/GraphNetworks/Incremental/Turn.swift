internal import Foundation
internal import Values

/// Lets one thread in at a time. Waiting can be cancelled, which that for a mutex cannot.
final class Turn: @unchecked Sendable {
    // Sendable: `isTaken` is touched with the condition locked.
    private let condition = NSCondition()
    private var isTaken = false

    private static let secondsBetweenCheckpoints = 0.02

    /// Runs the body when it is this caller's turn. Errors: the monitor's and the body's.
    func take<R>(_ monitor: WorkMonitor, _ body: () throws -> R) throws -> R {
        try begin(monitor)
        defer { end() }
        return try body()
    }

    private func begin(_ monitor: WorkMonitor) throws {
        condition.lock()
        defer { condition.unlock() }
        while isTaken {
            _ = condition.wait(until: Date(timeIntervalSinceNow: Self.secondsBetweenCheckpoints))
            if isTaken { try monitor.checkpoint() }
        }
        isTaken = true
    }

    private func end() {
        condition.lock()
        isTaken = false
        condition.signal()
        condition.unlock()
    }
}
