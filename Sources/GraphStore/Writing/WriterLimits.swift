/// What bounds the writer. Named, so that each can be found and argued with.
enum WriterLimits {
    /// Statements of one group: after so many the group is synced.
    static let groupStatements = 512
    /// A group takes no further statement after this.
    static let groupMilliseconds = 4
    /// After a group of so many the writer lets the next one gather. Fewer senders would wait for
    /// nobody.
    static let crowd = 4
    /// How long at most, and up to how many statements: with those the group's own cost is small
    /// beside theirs.
    static let gatherMicroseconds = 2_000
    static let fullGroup = 24
    /// Records, entries and lists that a group may change before it is synced: LMDB's list of
    /// dirty pages must not fill.
    static let groupWork = 20_000
    /// How often a caller that waits for the writer looks whether it is cancelled.
    static let waitSliceMilliseconds = 10
    /// How much the writer gives way to readers where all want the processors (see `nice(2)`): a
    /// reader waits less, and the statements that queue up meanwhile share a sync.
    static let niceness: Int32 = 5
    /// Entities that one step of an index build looks at: in the worst order each is a dirty page.
    static let buildStep = 50_000
    /// Time after which such a step looks at no more, so that other writes do not wait long.
    static let buildMilliseconds = 40
    /// Entries that one step of an index's removal deletes.
    static let removalStep = 10_000
    /// Entities of which one step of a build of a text or full-text index looks at the text.
    static let buildTexts = 10_000
    /// Vectors that one step of a build links.
    static let buildVectors = 2500
    /// Entities that a new constraint looks at between two looks for more.
    static let verifyBatch = 10_000
    /// Keys and values after which such a step ends early.
    static let buildBytes = 16 << 20
}
