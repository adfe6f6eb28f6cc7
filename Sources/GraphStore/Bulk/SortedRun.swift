internal import Foundation
internal import LMDB

/// A sorted run in a file that has no name any more, so that it goes when the process does.
final class SortedRun {
    private let file: Int32
    private var unread: Int
    private var offset: off_t = 0
    private var block: UnsafeMutableBufferPointer<ListEntry>
    private var index = 0
    private var loaded = 0

    init(_ entries: SortedEntries, directory: String) throws(StoreError) {
        var template = ContiguousArray((directory + "/sort-XXXXXX").utf8CString)
        let descriptor = template.withUnsafeMutableBufferPointer { mkstemp($0.baseAddress!) }
        guard descriptor >= 0 else { throw Self.failure("make a temporary file in \(directory)") }
        _ = template.withUnsafeBufferPointer { unlink($0.baseAddress!) }
        file = descriptor
        unread = 0
        block = .allocate(capacity: 0)
        try entries.forEachBlock { (block) throws(StoreError) in
            unread += block.count
            var bytes = UnsafeRawBufferPointer(block)
            while bytes.count > 0 {
                let written = write(file, bytes.baseAddress!, bytes.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { throw Self.failure("write a sorted run in \(directory)") }
                bytes = UnsafeRawBufferPointer(rebasing: bytes[written...])
            }
        }
    }

    deinit {
        close(file)
        block.deallocate()
    }

    private static func failure(_ doing: String) -> StoreError {
        .storage(LMDBError(code: errno, doing: doing))
    }

    var head: ListEntry { block[index] }

    /// Reads the first block. False where the run is empty.
    func open(blockEntries: Int) throws(StoreError) -> Bool {
        block = .allocate(capacity: blockEntries)
        return try load()
    }

    /// To the next entry. False at the end.
    func advance() throws(StoreError) -> Bool {
        index += 1
        return index < loaded ? true : try load()
    }

    private func load() throws(StoreError) -> Bool {
        loaded = min(unread, block.count)
        index = 0
        guard loaded > 0 else { return false }
        unread -= loaded
        guard var target = UnsafeMutableRawPointer(block.baseAddress) else { return false }
        var missing = loaded * MemoryLayout<ListEntry>.stride
        while missing > 0 {
            let count = pread(file, target, missing, offset)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("read a sorted run") }
            target += count
            missing -= count
            offset += off_t(count)
        }
        return true
    }
}

/// Runs by their heads, the least on top.
struct RunHeap {
    private var runs: ContiguousArray<SortedRun> = []

    var least: SortedRun? { runs.first }

    mutating func insert(_ run: SortedRun) {
        runs.append(run)
        var child = runs.count - 1
        while child > 0, runs[child].head < runs[(child - 1) / 2].head {
            runs.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeLeast() {
        runs.swapAt(0, runs.count - 1)
        runs.removeLast()
        sinkLeast()
    }

    /// Restores the order after the top's head has grown.
    mutating func sinkLeast() {
        var parent = 0
        while 2 * parent + 1 < runs.count {
            var child = 2 * parent + 1
            if child + 1 < runs.count, runs[child + 1].head < runs[child].head { child += 1 }
            guard runs[child].head < runs[parent].head else { return }
            runs.swapAt(parent, child)
            parent = child
        }
    }
}
