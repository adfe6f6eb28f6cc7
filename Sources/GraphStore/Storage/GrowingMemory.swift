import Foundation

/// Bytes that grow. Much of it lies in large pages where the system has some: reads at random miss
/// the processor's table of pages less.
struct GrowingMemory: ~Copyable {
    private(set) var memory: UnsafeMutableRawPointer
    private var capacity: Int

    init(capacity: Int = 64) {
        self.capacity = max(capacity, 64)
        memory = Self.allocate(self.capacity)
    }

    deinit { free(memory) }

    /// The memory, which is then the caller's to free.
    consuming func give() -> UnsafeMutableRawPointer {
        let memory = memory
        discard self
        return memory
    }

    @inline(__always)
    mutating func reserve(_ bytes: Int) {
        if bytes > capacity { grow(to: max(bytes, capacity * 2)) }
    }

    private mutating func grow(to bytes: Int) {
        let larger = Self.allocate(bytes)
        larger.copyMemory(from: memory, byteCount: capacity)
        free(memory)
        memory = larger
        capacity = bytes
    }

    /// Gives back what lies behind.
    mutating func trim(to bytes: Int) {
        guard let smaller = realloc(memory, max(bytes, 1)) else { return }
        memory = smaller
        capacity = bytes
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        let isLarge = bytes >= LargePages.size * 2
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, isLarge ? LargePages.size : 64, bytes) == 0, let memory
        else { fatalError("no memory is left for live adjacency") }
        LargePages.ask(for: UnsafeMutableRawBufferPointer(start: memory, count: bytes))
        return memory
    }
}
