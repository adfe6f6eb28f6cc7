import Foundation
import Synchronization

/// Ctrl-C: stops the running statement, or the line being typed, and never the shell.
///
/// The signal handler may do next to nothing, so it writes a byte into a pipe; a thread reads that
/// and calls whoever is interested now.
final class Interruption: Sendable {
    static let shared = Interruption()

    private let action = Mutex<(@Sendable () -> Void)?>(nil)
    private let interrupted = Atomic<Bool>(false)

    private init() {
        guard pipe(&interruptionPipe) == 0 else { return }
        var handler = sigaction()
        handler.__sigaction_handler.sa_handler = { _ in
            var byte: UInt8 = 1
            _ = write(interruptionPipe[1], &byte, 1)
        }
        sigaction(SIGINT, &handler, nil)
        Thread.detachNewThread { [self] in watch() }
    }

    private func watch() {
        var byte: UInt8 = 0
        while read(interruptionPipe[0], &byte, 1) > 0 || errno == EINTR {
            interrupted.store(true, ordering: .sequentiallyConsistent)
            action.withLock { $0 }?()
        }
    }

    /// Runs `body`; meanwhile an interruption calls `handler` on another thread.
    func during<R>(_ body: () throws -> R, call handler: @escaping @Sendable () -> Void) rethrows
        -> R
    {
        interrupted.store(false, ordering: .sequentiallyConsistent)
        action.withLock { $0 = handler }
        defer { action.withLock { $0 = nil } }
        return try body()
    }

    var isInterrupted: Bool { interrupted.load(ordering: .sequentiallyConsistent) }

    /// Whether there was one since the last question.
    func takeInterrupted() -> Bool {
        interrupted.exchange(false, ordering: .sequentiallyConsistent)
    }
}

/// Written once before the handler is installed, read by the handler.
nonisolated(unsafe) private var interruptionPipe: [Int32] = [-1, -1]
