import Dispatch
internal import LMDB
internal import Synchronization

/// What one range of ids comes to in memory.
protocol SnapshotPart: SendableMetatype {
    var byteCount: Int { get }
}

/// Shares out the reading of a snapshot, one range of ids after the other, to the processors that
/// are free.
enum SnapshotParts {
    /// Ranges for each thread: entities are not spread evenly over the ids, so who is done early
    /// takes another range.
    private static let partsPerThread = 8

    /// What `read` makes of each of `count` ranges that are `ids` together, in their order: one
    /// range and this thread where there is too little to share out, or no other processor is free.
    /// Each thread reads by a transaction of its own, which sees what `transaction` sees. Nil where
    /// one of them is; and no range is begun when those that are done have passed the limit.
    static func read<Part: SnapshotPart>(
        _ ids: Range<UInt64>, entities: Int, byteLimit: Int, _ limits: LiveLimits,
        _ transaction: Transaction,
        _ read: (_ range: Range<UInt64>, _ count: Int, Transaction) -> Part?
    ) -> [Part]? {
        let wanted = min(limits.builders, entities / max(1, limits.fewestPerBuilder))
        let claimed = Processors.claim(wanted - 1, of: limits.processors)
        defer { Processors.release(claimed) }
        let siblings = (0..<claimed).compactMap { _ in transaction.sibling() }
        defer { for sibling in siblings { sibling.abort() } }
        guard !siblings.isEmpty else { return read(ids, 1, transaction).map { [$0] } }
        let transactions = [transaction] + siblings
        let count = transactions.count * partsPerThread
        let size = UInt64(ids.count) / UInt64(count) + 1
        let next = Atomic(0)
        let bytes = Atomic(0)
        var parts = [Part?](repeating: nil, count: count)
        parts.withUnsafeMutableBufferPointer { parts in
            // Each thread has its transaction, and each part's place is one thread's alone.
            nonisolated(unsafe) let (transactions, parts, read) = (transactions, parts, read)
            DispatchQueue.concurrentPerform(iterations: transactions.count) { thread in
                while bytes.load(ordering: .relaxed) <= byteLimit {
                    let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard part < count else { return }
                    let first = min(ids.lowerBound + UInt64(part) * size, ids.upperBound)
                    let end = min(first + size, ids.upperBound)
                    parts[part] = read(first..<end, count, transactions[thread])
                    let used = parts[part]?.byteCount ?? byteLimit + 1
                    bytes.wrappingAdd(used, ordering: .relaxed)
                }
            }
        }
        let found = parts.compactMap { $0 }
        return found.count == count ? found : nil
    }
}

extension Transaction {
    /// Another transaction that reads the same snapshot, to be aborted; nil where a commit has come
    /// between, and for one that writes.
    fileprivate func sibling() -> Transaction? {
        guard !isWritable, let sibling = try? environment.beginRead() else { return nil }
        if sibling.id == id { return sibling }
        sibling.abort()
        return nil
    }
}
