import Foundation

/// Memory that is read at random costs the processor two searches, one for the page and one for the
/// value; pages of two megabytes make the first a rare one.
enum LargePages {
    static let size = 2 << 20

    /// Before the memory is first written to. A hint: what comes of it does not matter.
    static func ask(for memory: UnsafeMutableRawBufferPointer) {
        #if os(Linux)
            guard let start = memory.baseAddress, memory.count >= size * 2 else { return }
            let begin = (Int(bitPattern: start) + size - 1) / size * size
            let end = (Int(bitPattern: start) + memory.count) / size * size
            guard end > begin else { return }
            _ = madvise(
                UnsafeMutableRawPointer(bitPattern: begin), end - begin, Int32(MADV_HUGEPAGE))
        #endif
    }
}

extension ContiguousArray where Element: BitwiseCopyable {
    /// For an empty array: room for just so many, in large pages where the system has some.
    mutating func reserveLargePages(_ count: Int) {
        reserveCapacity(count)
        withUnsafeMutableBufferPointer { unwritten in
            guard let start = unwritten.baseAddress else { return }
            LargePages.ask(
                for: UnsafeMutableRawBufferPointer(
                    start: start, count: count * MemoryLayout<Element>.stride))
        }
    }

    /// The same, without room for more. A copy.
    consuming func inLargePages() -> ContiguousArray {
        var copy: ContiguousArray = []
        copy.reserveLargePages(count)
        copy.append(contentsOf: self)
        return copy
    }
}
