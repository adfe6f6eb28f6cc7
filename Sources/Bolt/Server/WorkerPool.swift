import Dispatch
import Foundation
import NIOCore
import Synchronization

/// The threads that run queries.
///
/// Waking a thread costs about as much as a short query, so threads are woken as few as will do:
/// while one is on its way no other is called, it calls the next when it finds more work than it
/// takes, and no more than there are processors are called for work that only queues. A query may
/// also wait or run for long, and the ones behind it must not wait with it: a watch sees that a job
/// has stood at the head of the queue for ``patience`` and calls a thread for it. The thread that
/// slept last is called first: its memory is still near.
final class WorkerPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var jobs = CircularBuffer<Job>(initialCapacity: 64)
        /// Grows with each job that is taken: tells whether the queue moves.
        var taken = 0
        /// Numbers of sleeping threads.
        var sleeping: [Int]
        /// A thread has been called and has not looked yet.
        var isCalling = false
        var isWatched = false
        var isStopped = false
        var running: Int
    }

    /// How long a job may stand at the head of the queue while threads sleep.
    private static let patience = 0.001

    private let state: Mutex<State>
    private let bells: [DispatchSemaphore]
    private let watchBell = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let processors = ProcessInfo.processInfo.activeProcessorCount

    init(threads: Int) {
        bells = (0..<threads).map { _ in DispatchSemaphore(value: 0) }
        state = Mutex(State(sleeping: [], running: threads))
    }

    func start() {
        for number in bells.indices {
            let thread = Thread { [self] in work(number) }
            thread.name = "query-\(number)"
            thread.start()
        }
        let watch = Thread { [self] in keepWatch() }
        watch.name = "query-watch"
        watch.start()
    }

    /// Runs a job soon. False after ``stop()``: then it never runs.
    func submit(_ job: @escaping Job) -> Bool {
        enum Call {
            case nobody, watch
            case thread(Int)
        }
        let call = state.withLock { state -> Call? in
            guard !state.isStopped else { return nil }
            state.jobs.append(job)
            if let thread = called(&state) { return .thread(thread) }
            return startsWatch(&state) ? .watch : .nobody
        }
        switch call {
        case nil: return false
        case .thread(let thread)?: bells[thread].signal()
        case .watch?: watchBell.signal()
        case .nobody?: break
        }
        return true
    }

    /// Lets the jobs that are there run, and returns when all threads have ended.
    func stop() {
        let sleeping = state.withLock { state in
            state.isStopped = true
            defer { state.sleeping = [] }
            return state.sleeping
        }
        for thread in sleeping { bells[thread].signal() }
        watchBell.signal()
        for _ in 0...bells.count { ended.wait() }
    }

    // MARK: Threads

    private func work(_ number: Int) {
        var wasCalled = false
        while true {
            var next: Int?
            var watches = false
            let (job, isStopped) = state.withLock { state -> (Job?, Bool) in
                if wasCalled { state.isCalling = false }
                wasCalled = false
                guard let job = state.jobs.popFirst() else {
                    if !state.isStopped {
                        state.sleeping.append(number)
                        state.running -= 1
                    }
                    return (nil, state.isStopped)
                }
                state.taken &+= 1
                if !state.jobs.isEmpty {
                    next = called(&state)
                    watches = next == nil && startsWatch(&state)
                }
                return (job, false)
            }
            if let next { bells[next].signal() }
            if watches { watchBell.signal() }
            if let job {
                job()
            } else if isStopped {
                ended.signal()
                return
            } else {
                bells[number].wait()
                wasCalled = true
            }
        }
    }

    /// A thread to be called for the work that is there, if it helps.
    private func called(_ state: inout State) -> Int? {
        guard !state.isCalling, state.running < processors else { return nil }
        return takeSleeping(&state)
    }

    private func takeSleeping(_ state: inout State) -> Int? {
        guard let thread = state.sleeping.popLast() else { return nil }
        state.isCalling = true
        state.running += 1
        return thread
    }

    // MARK: The watch

    private func startsWatch(_ state: inout State) -> Bool {
        // One that was called looks by itself.
        if state.isWatched || state.isCalling || state.sleeping.isEmpty { return false }
        state.isWatched = true
        return true
    }

    private func keepWatch() {
        while true {
            watchBell.wait()
            while true {
                let taken = state.withLock { $0.taken }
                Thread.sleep(forTimeInterval: Self.patience)
                let (goesOn, thread) = state.withLock { state -> (Bool, Int?) in
                    if state.jobs.isEmpty || state.isStopped || state.sleeping.isEmpty {
                        state.isWatched = false
                        return (false, nil)
                    }
                    return (true, state.taken == taken ? takeSleeping(&state) : nil)
                }
                if let thread { bells[thread].signal() }
                if !goesOn { break }
            }
            if state.withLock({ $0.isStopped }) {
                ended.signal()
                return
            }
        }
    }
}
