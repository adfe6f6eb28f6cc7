internal import LMDB

/// Finds the lists of one family in the chunks. Remembers which list it stands at and which nodes
/// before it have none, so that ascending lookups mostly look at the next key or at none.
final class ChunkCursor {
    let family: ListFamily
    let transaction: Transaction
    private let cursor: Cursor
    private let keyBuffer = ChunkKeyBuffer()
    /// A chunk that could not be read; the walk went on as if its list ended there.
    private(set) var isDamaged = false
    /// Who is to hear of that.
    private let damage: AdjacencyDamage?
    /// What reading has cost so far, in entries that could have been copied in sequence instead:
    /// what decides whether to build live lists (`LiveAdjacency`).
    var work = 0

    /// The node of the chunk under the cursor; `end` behind the family's last list.
    private var here: NodeID = 0
    /// Whether that chunk is its list's first, and no list begins in `gap ..< here`.
    private var isAtFirst = false
    private var gap: NodeID = 0

    private static let end = NodeID.max
    /// A node so close behind the last one is looked for at the next key before it is searched.
    private static let nearby: UInt64 = 8
    /// A search costs as much as copying so many entries, and so does a step to the next chunk.
    private static let searchWork = 128
    private static let stepWork = 8

    init(
        _ family: ListFamily, _ chunks: NamedDatabase, _ transaction: Transaction,
        noting damage: AdjacencyDamage? = nil
    ) throws(LMDBError) {
        self.family = family
        self.damage = damage
        self.transaction = transaction
        cursor = try transaction.cursor(chunks)
    }

    /// The node of the first list that does not lie before `node`'s, or nil. The cursor stands at
    /// it then.
    @inline(__always)
    func nextNode(from node: NodeID) -> NodeID? {
        if isAtFirst {
            if node == here || node < here && node >= gap {
                return here == Self.end ? nil : here
            }
            if node > here, node &- here <= Self.nearby, stepToNextList(), node <= here {
                return here == Self.end ? nil : here
            }
        }
        return seekList(node)
    }

    /// The last node that has a list.
    func lastNode() -> NodeID? {
        isAtFirst = false
        let isBehind = cursor.seek(keyBuffer.encode(ChunkKey(family, Self.end)))
        guard isBehind ? cursor.previous() : cursor.last(), let key = ChunkKey(cursor.key),
            key.family == family
        else { return nil }
        return key.node
    }

    /// The first chunk of the node's list, or nil where it has none.
    @inline(__always)
    func find(_ node: NodeID) -> Chunk? {
        guard let found = nextNode(from: node), found == node else { return nil }
        return chunk()
    }

    /// The chunk in which the entry (neighbour, relationship) of the node's list lies or would.
    func find(_ node: NodeID, _ neighbour: NodeID, _ relationship: RelationshipID) -> Chunk? {
        if isAtFirst, node >= gap, node <= here || node &- here <= Self.nearby {
            guard nextNode(from: node) == node, let first = chunk() else { return nil }
            if first.isWhole { return first }
        }
        // One search, straight to the last chunk whose key is not greater.
        let key = ChunkKey(family, node, neighbour: neighbour, relationship: relationship)
        isAtFirst = false
        work &+= Self.searchWork
        if !cursor.seek(keyBuffer.encode(key)) {
            guard cursor.last() else { return nil }
        } else if ChunkKey(cursor.key) != key {
            guard cursor.previous() else { return nil }
        }
        guard let reached = ChunkKey(cursor.key), reached.node == node, reached.family == family
        else { return nil }
        here = node
        gap = node
        isAtFirst = reached.isFirst
        return chunk()
    }

    /// The chunk behind the one under the cursor, or nil where the list ends.
    func next() -> Chunk? {
        let node = here
        isAtFirst = false
        guard cursor.next(), let key = ChunkKey(cursor.key), key.family == family else {
            reachEnd(from: node &+ 1)
            return nil
        }
        if key.node == node { return chunk() }
        here = key.node
        gap = node &+ 1
        isAtFirst = true
        return nil
    }

    /// Steps over a list of one chunk. False where more chunks follow: then only a search helps.
    private func stepToNextList() -> Bool {
        guard here != Self.end else { return false }
        return next() == nil && isAtFirst
    }

    private func seekList(_ node: NodeID) -> NodeID? {
        work &+= Self.searchWork
        guard cursor.seek(keyBuffer.encode(ChunkKey(family, node))),
            let key = ChunkKey(cursor.key), key.family == family
        else {
            reachEnd(from: node)
            return nil
        }
        here = key.node
        gap = node
        isAtFirst = true
        return here
    }

    private func reachEnd(from node: NodeID) {
        here = Self.end
        gap = node
        isAtFirst = true
    }

    @inline(__always)
    private func chunk() -> Chunk? {
        guard let chunk = Chunk(cursor.value) else {
            isDamaged = true
            damage?.isMet = true
            return nil
        }
        work &+= Self.stepWork &+ chunk.count
        return chunk
    }
}
