/// The named bounds of live columns. Tests inject tiny ones, so that a few reads build a column
/// and a few commits outrun it.
struct LiveLimits: Sendable {
    /// Smaller reads neither look for a column nor speak for one: point queries stay free of both.
    var smallestRead = 16
    /// Smaller reads use a column that is there, but do not speak for building one.
    var smallestCountedRead = 256
    /// A column is built after its entities' number divided by this has been read without it: the
    /// reads, of which many are random, have cost about what building costs then.
    var readShare = 4
    /// Nothing is built before so many were read.
    var fewestReads = 4_096
    /// Changed ids of commits that are remembered, for columns that are being built meanwhile.
    var rememberedChanges = 262_144
    /// Commits that are remembered.
    var rememberedCommits = 16_384
    /// A transaction that changes more drops the columns instead of marking them.
    var collectedChanges = 262_144

    static let standard = LiveLimits()
}
