internal import Synchronization

/// Which ids may have changed: a bit for all ids that are alike in their last digits. An answer of
/// "no" is right, and "yes" seldom wrong while few have changed. Any thread may ask while one marks.
struct ChangedIDs: ~Copyable {
    private static let wordCount = 1_024
    private let words = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: wordCount)

    init() {
        for word in 0..<Self.wordCount { (words + word).initialize(to: Atomic(0)) }
    }

    deinit { words.deallocate() }

    /// One thread at a time.
    func insert(_ id: UInt64) {
        words[Self.word(id)].bitwiseOr(1 << (id & 63), ordering: .relaxed)
    }

    @inline(__always)
    func mayContain(_ id: UInt64) -> Bool {
        words[Self.word(id)].load(ordering: .relaxed) >> (id & 63) & 1 != 0
    }

    @inline(__always)
    private static func word(_ id: UInt64) -> Int { Int(id >> 6) & (wordCount - 1) }
}
