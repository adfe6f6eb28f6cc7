import Foundation

/// The half-edges of one type in one direction, in more pieces than memory holds: sorted runs in
/// files, and a last one that need not be written.
final class ListEntryRuns {
    private let path: String
    private var files: [RunFile] = []

    /// Half-edges lent at once.
    private static let batch = 4096

    /// Runs are written to files whose names begin with `path`; they go with the object.
    init(path: String) { self.path = path }

    deinit { for file in files { file.remove() } }

    /// Writes a sorted run. Errors: `unusable` where the disk is full.
    func spill(_ edges: ContiguousArray<ListEntry>) throws(StoreError) {
        let file = try RunFile(path: path + ".\(files.count)", count: edges.count)
        files.append(file)
        try file.write(edges)
    }

    /// Lends all runs and `last` merged, in order, in batches. Half-edges that are equal but for
    /// their relationship come in the runs' order, which is the relationships'.
    func merge<E: Error>(
        _ last: ContiguousArray<ListEntry>,
        _ body: (UnsafeBufferPointer<ListEntry>) throws(E) -> Void
    ) throws(E) {
        if files.isEmpty {
            try last.withUnsafeBufferPointer { (all) throws(E) in
                var position = 0
                while position < all.count {
                    let end = min(position + Self.batch, all.count)
                    try body(UnsafeBufferPointer(rebasing: all[position..<end]))
                    position = end
                }
            }
            return
        }
        var sources = files.map { RunSource($0) } + [RunSource(last)]
        var heap = RunHeap(&sources)
        var buffer = ContiguousArray<ListEntry>()
        buffer.reserveCapacity(Self.batch)
        while let edge = heap.popLeast(&sources) {
            buffer.append(edge)
            if buffer.count == Self.batch {
                try buffer.withUnsafeBufferPointer { (batch) throws(E) in try body(batch) }
                buffer.removeAll(keepingCapacity: true)
            }
        }
        try buffer.withUnsafeBufferPointer { (batch) throws(E) in
            if !batch.isEmpty { try body(batch) }
        }
    }
}

/// A run on disk, mapped into memory: it is written once and read once, in order, which the
/// operating system's read-ahead serves better than a buffer of our own would.
private final class RunFile {
    let count: Int
    private let path: String
    private let bytes: UnsafeMutableRawPointer

    init(path: String, count: Int) throws(StoreError) {
        self.path = path
        self.count = count
        let size = max(1, count * MemoryLayout<ListEntry>.stride)
        let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        defer { close(descriptor) }
        // Reserved, not only sized: a full disk must be an error here, not a signal below.
        let code = posix_fallocate(descriptor, 0, off_t(size))
        guard code == 0 else {
            unlink(path)
            errno = code
            throw Self.failure(path)
        }
        let map = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let map, map != MAP_FAILED else { throw Self.failure(path) }
        bytes = map
        madvise(map, size, Int32(MADV_SEQUENTIAL))
    }

    private static func failure(_ path: String) -> StoreError {
        .unusable(
            path: path, reason: "a sorted run cannot be kept: \(String(cString: strerror(errno)))")
    }

    func write(_ edges: ContiguousArray<ListEntry>) throws(StoreError) {
        edges.withUnsafeBytes { bytes.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }

    subscript(index: Int) -> ListEntry {
        (bytes + index * MemoryLayout<ListEntry>.stride).load(as: ListEntry.self)
    }

    func remove() {
        munmap(bytes, max(1, count * MemoryLayout<ListEntry>.stride))
        unlink(path)
    }
}

/// Where a merge stands in one run.
private struct RunSource {
    private enum Storage {
        case file(RunFile)
        case memory(ContiguousArray<ListEntry>)
    }
    private let storage: Storage
    private let count: Int
    private var position = 0

    init(_ file: RunFile) {
        storage = .file(file)
        count = file.count
    }

    init(_ edges: ContiguousArray<ListEntry>) {
        storage = .memory(edges)
        count = edges.count
    }

    mutating func next() -> ListEntry? {
        guard position < count else { return nil }
        defer { position += 1 }
        switch storage {
        case .file(let file): return file[position]
        case .memory(let edges): return edges[position]
        }
    }
}

/// The runs' heads, the least on top.
private struct RunHeap {
    private var heads: [(edge: ListEntry, source: Int)] = []

    init(_ sources: inout [RunSource]) {
        for index in sources.indices {
            guard let edge = sources[index].next() else { continue }
            heads.append((edge, index))
        }
        for index in stride(from: heads.count / 2 - 1, through: 0, by: -1) { sink(index) }
    }

    mutating func popLeast(_ sources: inout [RunSource]) -> ListEntry? {
        guard let least = heads.first else { return nil }
        if let edge = sources[least.source].next() {
            heads[0].edge = edge
        } else {
            heads.swapAt(0, heads.count - 1)
            heads.removeLast()
        }
        sink(0)
        return least.edge
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heads.count {
                if ListEntry.precedes(heads[child].edge, heads[least].edge) { least = child }
            }
            if least == index { return }
            heads.swapAt(index, least)
            index = least
        }
    }
}
