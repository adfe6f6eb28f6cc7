internal import LMDB
internal import Values

/// Text indexes: every three bytes of a string, so that a search for a piece of it looks at those
/// strings only that have all of the piece's own.
///
/// ```
/// indexes:  index u32 │ gram, 3 bytes │ entity u64  →  nothing
/// "flow"  :  f l o · l o w · o w ∎ · w ∎ ∎ · ∎ ∎ ∎
/// ```
///
/// ∎ is a byte that UTF-8 has not. It closes the string, so that its end can be sought too, so that
/// pieces of one and two bytes are a prefix of some gram, and so that the last gram lists all the
/// strings.
enum Trigrams {
    static let length = 3
    private static let end: UInt8 = 0xFF

    static func postings(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob)
        -> IndexContent.Postings?
    {
        guard case .found(let stored) = properties.find(index.keys[0]),
            stored.tag == PropertyTag.string.rawValue
        else { return nil }
        let entries = grams(of: stored.payload, closed: true).map { gram in
            IndexContent.Entry(key: key(index.id, gram, entity), value: [])
        }
        return IndexContent.Postings(entity: entity, entries: entries)
    }

    private static func key(_ index: UInt32, _ gram: UInt32, _ entity: UInt64) -> [UInt8] {
        var key = IndexKey.prefix(index)
        append(gram, bytes: length, to: &key)
        key.append(bigEndian: entity)
        return key
    }

    fileprivate static func append(_ gram: UInt32, bytes: Int, to key: inout [UInt8]) {
        for place in 0..<bytes {
            key.append(UInt8(truncatingIfNeeded: gram >> UInt32(16 - 8 * place)))
        }
    }

    /// Ascending, each once. A piece that does not reach the end of its string is not closed.
    fileprivate static func grams(of bytes: some Collection<UInt8>, closed: Bool) -> [UInt32] {
        var found: Set<UInt32> = []
        var gram: UInt32 = 0
        var count = 0
        func push(_ byte: UInt8) {
            gram = (gram << 8 | UInt32(byte)) & 0xFF_FFFF
            count += 1
            if count >= length { found.insert(gram) }
        }
        for byte in bytes { push(byte) }
        if closed { for _ in 0..<length { push(end) } }
        return found.sorted()
    }
}

/// A piece of a string that a text index can look for.
public enum TextCondition: Sendable {
    case contains(String)
    case endsWith(String)

    var piece: String {
        switch self {
        case .contains(let piece), .endsWith(let piece): piece
        }
    }

    /// Whether the string meets it, by bytes.
    public func isMet(by string: String) -> Bool {
        switch self {
        case .contains(let piece): string.contains(bytes: piece)
        case .endsWith(let piece): string.utf8.reversed().starts(with: piece.utf8.reversed())
        }
    }
}

extension String {
    fileprivate func contains(bytes piece: String) -> Bool {
        var (own, other) = (self, piece)
        return own.withUTF8 { own in
            other.withUTF8 { other in
                if other.isEmpty { return true }
                guard own.count >= other.count else { return false }
                for start in 0...(own.count - other.count)
                where own[start] == other[0]
                    && own[start..<start + other.count].elementsEqual(other)
                {
                    return true
                }
                return false
            }
        }
    }
}

extension GraphView {
    /// The entities whose string may meet the condition, ascending: all that do, and perhaps some
    /// that do not (`IndexMatches.exact` is false).
    ///
    /// Cost: one pass over the entries of the rarest of the piece's grams, and a look-up in the
    /// others for each of them. Errors: `schemaMissing` where no such text index is online.
    public func seek(_ index: IndexDefinition, _ condition: TextCondition) throws(StoreError)
        -> IndexMatches
    {
        let found = try online(index, .text)
        let lists = try gramLists(found.id, condition)
        // The rarest first: what follows only tests what it leaves.
        var ids: [UInt64]?
        for list in lists.sorted(by: { $0.count < $1.count }) {
            if let before = ids {
                ids = try before.isEmpty ? before : keep(before, in: list)
            } else {
                ids = try read(list)
            }
        }
        return IndexMatches(ids: KeptIDs(ids ?? []), exact: false)
    }

    /// What ``seek(_:_:)`` is expected to find: the length of the rarest gram's list; infinity
    /// where that is so long that it is not worth counting, nor seeking.
    public func estimate(_ index: IndexDefinition, _ condition: TextCondition) -> Double {
        do throws(StoreError) {
            let found = try online(index, .text)
            let least = try gramLists(found.id, condition).map(\.count).min() ?? 0
            return least < Self.countedEntries ? Double(least) : .infinity
        } catch { return 0 }
    }

    /// The keys of one gram, or of all that begin alike, and about how many they are.
    private struct GramList {
        var prefix: [UInt8]
        /// Whether the prefix is a whole gram: its entities are ascending then.
        var isWhole: Bool
        var count: Int
    }

    private static let countedEntries = 4096

    private func gramLists(_ index: UInt32, _ condition: TextCondition) throws(StoreError)
        -> [GramList]
    {
        let piece = Array(condition.piece.utf8)
        var lists: [GramList] = []
        if case .contains = condition, piece.count < Trigrams.length, !piece.isEmpty {
            lists.append(
                GramList(prefix: IndexKey.prefix(index) + piece, isWhole: false, count: 0))
        } else {
            var closed = true
            if case .contains = condition { closed = piece.isEmpty }
            for gram in Trigrams.grams(of: piece, closed: closed) {
                var prefix = IndexKey.prefix(index)
                Trigrams.append(gram, bytes: Trigrams.length, to: &prefix)
                lists.append(GramList(prefix: prefix, isWhole: true, count: 0))
            }
        }
        let cursor = try transaction.openCursor(core.databases.indexes)
        for place in lists.indices {
            let prefix = lists[place].prefix
            var count = 0
            var found = prefix.lend { cursor.seek($0) }
            while found, count < Self.countedEntries, cursor.key.starts(with: prefix) {
                count += 1
                found = cursor.next()
            }
            lists[place].count = count
        }
        return lists
    }

    private func read(_ list: GramList) throws(StoreError) -> [UInt64] {
        let cursor = try transaction.openCursor(core.databases.indexes)
        var ids: [UInt64] = []
        var found = list.prefix.lend { cursor.seek($0) }
        while found, cursor.key.starts(with: list.prefix) {
            ids.append(cursor.key.big(UInt64.self, at: cursor.key.count - IndexKey.entityBytes))
            found = cursor.next()
        }
        if list.isWhole { return ids }
        ids.sort()
        var last: UInt64?
        ids.removeAll { id in
            defer { last = id }
            return id == last
        }
        return ids
    }

    private func keep(_ ids: [UInt64], in list: GramList) throws(StoreError) -> [UInt64] {
        let cursor = try transaction.openCursor(core.databases.indexes)
        return ids.filter { id in
            var key = list.prefix
            key.append(bigEndian: id)
            return key.lend { cursor.find($0) }
        }
    }
}

/// Ids that were found at once.
final class KeptIDs: IDScan {
    private let ids: [UInt64]
    private var place = 0

    init(_ ids: [UInt64]) { self.ids = ids }

    func next(_ limit: Int, into target: inout ContiguousArray<UInt64>) throws(StoreError) -> Int {
        let end = min(ids.count, place + limit)
        target.append(contentsOf: ids[place..<end])
        defer { place = end }
        return end - place
    }
}
