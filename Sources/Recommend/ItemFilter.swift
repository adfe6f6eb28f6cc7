public import GraphStore

/// Which items may be in an answer. Asked for items in the order of their scores, in batches that
/// grow, until enough are found: who asks for ten gets ten where there are ten.
public struct ItemFilter {
    private let admits: ([NodeID]) throws -> [Bool]

    private static let firstBatch = 32
    private static let largestBatch = 2048

    /// `admits` answers for each of some items.
    public init(admits: @escaping ([NodeID]) throws -> [Bool]) { self.admits = admits }

    public func admits(_ items: [NodeID]) throws -> [Bool] { try admits(items) }

    /// The first `k` of a ranked list that may be in the answer.
    func first<Entry>(_ k: Int, of ranked: [Entry], node: (Entry) -> NodeID) throws -> [Entry] {
        var found: [Entry] = []
        var begin = 0
        var batch = max(Self.firstBatch, min(k, Self.largestBatch))
        while begin < ranked.count, found.count < k {
            let entries = ranked[begin..<min(ranked.count, begin + batch)]
            for (entry, isAdmitted) in zip(entries, try admits(entries.map(node)))
            where isAdmitted && found.count < k {
                found.append(entry)
            }
            begin += batch
            batch = min(2 * batch, Self.largestBatch)
        }
        return found
    }
}

extension ItemFilter? {
    /// All pass where there is no filter.
    func first<Entry>(_ k: Int, of ranked: [Entry], node: (Entry) -> NodeID) throws -> [Entry] {
        try self?.first(k, of: ranked, node: node) ?? Array(ranked.prefix(k))
    }
}
