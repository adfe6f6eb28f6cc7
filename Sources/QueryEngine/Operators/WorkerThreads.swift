import Foundation
import GraphStore
import Synchronization
import Values

/// Threads that work for one statement while its own waits for them.
///
/// They wait for the next statement then, the one that came last being called first: its memory is
/// still near. To be called costs some microseconds, to be started some tens, and a scheduler may
/// leave a thread that was just started beside its maker for as long as a short statement takes.
enum WorkerThreads {
    /// Threads that wait for work; beyond these they end.
    private static let mostWaiting = Processors.count
    private static let waiting = Mutex<[WorkerThread]>([])

    /// Calls `body` with each number below `count`, with the first on this thread, and returns when
    /// all have returned.
    static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let isDone = DispatchSemaphore(value: 0)
        for number in 1..<max(1, count) {
            let thread = waiting.withLock { $0.popLast() } ?? WorkerThread()
            thread.call {
                body(number)
            } whenFree: {
                isDone.signal()
            }
        }
        body(0)
        for _ in 1..<max(1, count) { isDone.wait() }
    }

    /// False where enough are waiting.
    fileprivate static func keep(_ thread: WorkerThread) -> Bool {
        waiting.withLock { waiting in
            guard waiting.count < mostWaiting else { return false }
            waiting.append(thread)
            return true
        }
    }
}

/// One of them.
private final class WorkerThread: Sendable {
    private struct Call {
        let work: @Sendable () -> Void
        let whenFree: @Sendable () -> Void
    }

    private let bell = DispatchSemaphore(value: 0)
    private let next = Mutex<Call?>(nil)

    init() {
        let thread = Thread { [self] in serve() }
        thread.stackSize = CallStack.bytes
        thread.start()
        // Before the start it would not reach the system.
        thread.name = "query-worker"
    }

    /// Runs `work`, and then `whenFree`, when another may call already. Not to be called meanwhile.
    func call(
        _ work: @escaping @Sendable () -> Void, whenFree: @escaping @Sendable () -> Void
    ) {
        next.withLock { $0 = Call(work: work, whenFree: whenFree) }
        bell.signal()
    }

    private func serve() {
        var goesOn = true
        while goesOn {
            bell.wait()
            guard let call = next.withLock({ $0.take() }) else { continue }
            call.work()
            goesOn = WorkerThreads.keep(self)
            call.whenFree()
        }
    }
}
