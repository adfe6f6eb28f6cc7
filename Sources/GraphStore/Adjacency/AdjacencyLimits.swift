/// The named bounds of adjacency storage. Tests inject tiny ones, so that a few entries split
/// chunks, fill the log and start merges.
struct AdjacencyLimits: Sendable {
    /// The largest chunk. LMDB keeps a key and its value on their leaf page up to 2,038 bytes
    /// together with its 8-byte header; the key takes 28.
    var chunkBytes = 2_000
    /// Entries in one chunk, however small they are.
    var chunkEntries = 2_048
    /// So many pending changes are worth the writer's idle time.
    var mergeThreshold = 20_000
    /// Changes that one merge transaction folds into the chunks.
    var mergeBatch = 50_000
    /// Past so many pending changes a commit merges in line.
    var pendingChanges = 200_000
    /// A transaction with more changes writes chunks itself and leaves the log out.
    var loggedChanges = 50_000
    /// Changes that stay in the log behind the watermark, for whoever catches up from it.
    var keptChanges = 100_000

    static let standard = AdjacencyLimits()
}
