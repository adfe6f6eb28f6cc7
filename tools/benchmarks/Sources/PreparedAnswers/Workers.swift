import Dispatch
import Foundation
import Synchronization

/// Threads that do nothing but what they are handed. Each takes all that waits at once, and is
/// woken only where it sleeps: the least that handing work to another thread can cost.
final class Workers: Sendable {
    private struct State {
        var jobs: [@Sendable () -> Void] = []
        var sleeping = 0
    }

    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    init(threads: Int) {
        for _ in 0..<threads { Thread(block: work).start() }
    }

    func submit(_ job: @escaping @Sendable () -> Void) {
        let wakes = state.withLock { state in
            state.jobs.append(job)
            guard state.sleeping > 0 else { return false }
            state.sleeping -= 1
            return true
        }
        if wakes { bell.signal() }
    }

    private func work() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                if state.jobs.isEmpty { state.sleeping += 1 }
                return state.jobs
            }
            if jobs.isEmpty { bell.wait() }
            for job in jobs { job() }
        }
    }
}
