/// The named bounds of live columns and live adjacency. Tests inject tiny ones, so that a few reads build a column
/// and a few commits outrun it.
struct LiveLimits: Sendable {
    /// Snapshots that read fewer values neither look for a column nor speak for one: point queries
    /// stay free of both.
    var smallestRead = 16
    /// Those that read fewer of one property or label use a column that is there, but do not speak for
    /// building one.
    var smallestCountedRead = 256
    /// A column is built after its entities' number divided by this has been read without it: who
    /// has read a quarter of them in order mostly goes on.
    var readShare = 4
    /// A read far from the one before it counts as so many for each of the builders: it is a search
    /// in LMDB, which takes as long as one thread needs to build ten (of a million) to fourteen
    /// entities (of ten million).
    var farReadWeight = 12
    /// Nothing is built before so many were read.
    var fewestReads = 4_096
    /// Threads that build a column or lists together where as many of `processors` are free.
    var builders = 1
    var processors = Processors.count
    /// Entities, or entries of lists, for each of them, at least.
    var fewestPerBuilder = 65_536
    var codedStrings = CodedStrings.Limits()
    /// A property of fewer relationships is not copied into the order of their lists: it stays in
    /// the processor's caches by id.
    var fewestListed = 65_536
    /// It is copied once so many of the lists' entries, divided by this, were read by id: copying one
    /// costs a tenth of what it cost to bring it to memory, which a quarter of the reads has paid.
    var listedShare = 16
    /// Ids so far apart are mostly in the caches together; so many are looked at.
    var nearbyIDs: UInt64 = 512
    var sampledIDs = 16_384
    /// Changed ids of commits that are remembered, for columns that are being built meanwhile.
    var rememberedChanges = 262_144
    /// Commits that are remembered.
    var rememberedCommits = 16_384
    /// A transaction that changes more drops the columns instead of marking them.
    var collectedChanges = 262_144

    // MARK: Adjacency. Work is counted in entries: see `ChunkCursor.work`.

    /// A reader speaks up after so much work in the chunks: then lists may be built for the rest of
    /// a long query.
    var reportedWork = 32_768
    /// Readers that did less do not speak at all: point queries stay free of it.
    var smallestWork = 1_024
    /// Nothing is built before so much work.
    var fewestWork = 65_536
    /// Lists are built after so much work for each of their entries: the reads have cost about what
    /// building costs then.
    var workPerEntry = 2
    /// Nodes that a type's lists may span, beyond this number and `spanPerEntry` for each entry.
    var spannedNodes = 65_536
    var spanPerEntry = 16
    /// Changes behind a base of lists are folded into it past this number, and past its size
    /// divided by `deltaShare`.
    var fewestDeltas = 4_096
    var deltaShare = 1_024
    /// Folding pauses for so many times as long as it took: it gets a small part of a processor,
    /// however much is written.
    var foldingPause = 20

    static let standard = LiveLimits()

    /// The first read builds.
    static let atOnce: LiveLimits = {
        var limits = LiveLimits()
        limits.smallestRead = 1
        limits.smallestCountedRead = 1
        limits.fewestReads = 1
        limits.reportedWork = 1
        limits.smallestWork = 1
        limits.fewestWork = 1
        limits.workPerEntry = 0
        limits.builders = 3
        limits.processors = .max
        limits.fewestPerBuilder = 1
        limits.codedStrings = CodedStrings.Limits(fewestRows: 1, fewestRepeats: 1)
        limits.fewestListed = 1
        limits.nearbyIDs = 0
        return limits
    }()
}
