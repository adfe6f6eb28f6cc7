import CMalloc

/// What becomes of memory that statements give back.
///
/// By default the C library returns what is free at the heap's end to the system as soon as that is
/// twice the largest block, and the next statement pays a page fault for every 4 KiB of it: half the
/// time of some statements of a few milliseconds.
enum FreedMemory {
    /// Free bytes at the end of a heap that stay with the process. Threads share some heaps, each of
    /// which keeps as much.
    private static let keptBytes: CInt = 64 << 20
    /// Blocks from this size on come from the system and go back at once: the largest that the C
    /// library accepts.
    private static let largestHeapBlock: CInt = 32 << 20

    /// To be called once, before threads allocate.
    static func keep() {
        _ = mallopt(M_MMAP_THRESHOLD, largestHeapBlock)
        _ = mallopt(M_TRIM_THRESHOLD, keptBytes)
    }
}
