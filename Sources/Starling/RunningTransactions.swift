import Foundation
internal import QueryEngine
import Synchronization

/// The statements that run now in this process, for `SHOW TRANSACTIONS` and for stopping them.
final class RunningTransactions: Sendable {
    struct Entry: Sendable {
        let text: String
        let start: Date
        let cancellation: Cancellation
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var next: UInt64 = 1
    }

    private let state = Mutex(State())

    func add(_ text: String, _ cancellation: Cancellation) -> UInt64 {
        state.withLock { state in
            let id = state.next
            state.next += 1
            state.entries[id] = Entry(text: text, start: Date(), cancellation: cancellation)
            return id
        }
    }

    func remove(_ id: UInt64) { state.withLock { _ = $0.entries.removeValue(forKey: id) } }

    /// In the order in which they began.
    var all: [(id: UInt64, entry: Entry)] {
        state.withLock { state in
            state.entries.sorted { $0.key < $1.key }.map { (id: $0.key, entry: $0.value) }
        }
    }

    /// Returns whether there was such a statement.
    func terminate(_ id: UInt64) -> Bool {
        guard let entry = state.withLock({ $0.entries[id] }) else { return false }
        entry.cancellation.cancel()
        return true
    }
}
