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

    /// Every statement comes by twice: a single lock would be what short statements wait for.
    private final class Shard: Sendable {
        let entries = Mutex<[UInt64: Entry]>([:])
    }

    private static let shardCount = 16
    private let shards = (0..<shardCount).map { _ in Shard() }
    private let next = Atomic<UInt64>(1)

    private func shard(of id: UInt64) -> Shard { shards[Int(id % UInt64(Self.shardCount))] }

    func add(_ text: String, _ cancellation: Cancellation) -> UInt64 {
        let id = next.add(1, ordering: .relaxed).oldValue
        let entry = Entry(text: text, start: Date(), cancellation: cancellation)
        shard(of: id).entries.withLock { $0[id] = entry }
        return id
    }

    func remove(_ id: UInt64) {
        // What the entry holds is freed after the lock.
        _ = shard(of: id).entries.withLock { $0.removeValue(forKey: id) }
    }

    /// In the order in which they began.
    var all: [(id: UInt64, entry: Entry)] {
        shards.flatMap { shard in
            shard.entries.withLock { $0.map { (id: $0.key, entry: $0.value) } }
        }.sorted { $0.id < $1.id }
    }

    /// Returns whether there was such a statement.
    func terminate(_ id: UInt64) -> Bool {
        guard let entry = shard(of: id).entries.withLock({ $0[id] }) else { return false }
        entry.cancellation.cancel()
        return true
    }
}
