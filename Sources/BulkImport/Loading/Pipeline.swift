import Foundation

/// Two threads with batches going round between them: the reader fills an empty one, the writer
/// works it off and hands it back. So there are never more than ``depth`` of them.
///
/// ```
///          ── submit ──▶  full  ── next ──▶
///  reader                                    writer
///          ◀── empty ──  used  ◀─ recycle ──
/// ```
final class Pipeline<Batch: AnyObject>: @unchecked Sendable {
    // Sendable: everything is changed under the lock, and a batch belongs to whoever took it last.

    struct Filled {
        let batch: Batch
        let progress: ImportProgress
    }

    private let condition = NSCondition()
    private var full: [Filled] = []
    private var used: [Batch]
    private var hasEnded = false
    private var isCancelled = false

    /// Enough that neither side waits for the other's single slow batch.
    private static var depth: Int { 4 }

    private init(_ make: () -> Batch) {
        used = (0..<Self.depth).map { _ in make() }
    }

    /// Runs `read` on a thread of its own and `write` on this one, until everything that was read
    /// is written. The first error of the reader is thrown, else that of the writer; either stops
    /// the other.
    static func run(
        of make: () -> Batch, read: @escaping (Pipeline) throws(ImportError) -> Void,
        write: (Filled) throws(ImportError) -> Void
    ) throws(ImportError) {
        let pipeline = Pipeline(make)
        var readFailure: ImportError?
        var writeFailure: ImportError?
        let reader = Reader {
            do throws(ImportError) { try read(pipeline) } catch { readFailure = error }
        }
        let isDone = reader.start { pipeline.end() }
        do throws(ImportError) {
            while let filled = pipeline.next() {
                try write(filled)
                pipeline.recycle(filled.batch)
            }
        } catch {
            writeFailure = error
            pipeline.cancel()
        }
        isDone.wait()
        if let failure = readFailure ?? writeFailure { throw failure }
    }

    // MARK: The reader's side

    /// A batch to fill; nil where the writer has given up.
    func empty() -> Batch? {
        condition.withLock {
            while used.isEmpty, !isCancelled { condition.wait() }
            return isCancelled ? nil : used.removeLast()
        }
    }

    func submit(_ batch: Batch, _ progress: ImportProgress) {
        condition.withLock {
            full.append(Filled(batch: batch, progress: progress))
            condition.signal()
        }
    }

    private func end() {
        condition.withLock {
            hasEnded = true
            condition.signal()
        }
    }

    // MARK: The writer's side

    private func next() -> Filled? {
        condition.withLock {
            while full.isEmpty, !hasEnded { condition.wait() }
            return full.isEmpty ? nil : full.removeFirst()
        }
    }

    private func recycle(_ batch: Batch) {
        condition.withLock {
            used.append(batch)
            condition.signal()
        }
    }

    private func cancel() {
        condition.withLock {
            isCancelled = true
            condition.signal()
        }
    }
}

/// Work for another thread while the one that started it waits for its end before it uses
/// anything that the work has used.
private struct Reader: @unchecked Sendable {
    // Sendable: see above; only `Pipeline.run` makes one.
    let work: () -> Void

    init(_ work: @escaping () -> Void) { self.work = work }

    /// Runs the work and then `end`. What comes back is signalled after both.
    func start(_ end: @escaping @Sendable () -> Void) -> DispatchSemaphore {
        let isDone = DispatchSemaphore(value: 0)
        let thread = Thread {
            work()
            end()
            isDone.signal()
        }
        thread.name = "starling-import"
        thread.stackSize = 1 << 20
        thread.start()
        return isDone
    }
}
