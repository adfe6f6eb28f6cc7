import Dispatch
import Foundation
import NIOCore
import Synchronization
import Values

/// The threads that run queries.
///
/// Waking a thread costs about as much as a short query, so threads are woken as few as will do:
/// while one is on its way no other is called; none is called for work that the ones that run will
/// have taken within ``acceptableWait``, as far as the jobs before tell, nor more than there are
/// processors for work that only queues. A query may also wait or run for long, and the ones behind
/// it must not wait with it: a thread that has been at a job for longer than that is not waited for;
/// a watch sees that none was taken from the queue for ``patience`` and calls a thread; and a job
/// that runs for ``longPatience`` while others queue does not count as one that a processor is busy
/// with, until it is over. The thread that slept last is called first: its memory is still near.
///
/// Results of statements that write stand in a queue of their own, behind statements that read:
/// whoever waits for them has waited for the disk in any case, and they come in bursts, as they are
/// made durable together. At least one job in ``writingShare`` is one of theirs.
final class WorkerPool: Sendable {
    enum Purpose { case reading, writing }

    /// In a structure, as containers would wrap a bare closure once more each time it moves.
    private struct Job {
        let run: @Sendable () -> Void
    }

    /// The jobs that wait.
    private struct Queue {
        private var reading = CircularBuffer<Job>(initialCapacity: 64)
        private var writing = CircularBuffer<Job>(initialCapacity: 64)
        /// Jobs that were taken while one that writes was waiting.
        private var passes = 0

        var isEmpty: Bool { reading.isEmpty && writing.isEmpty }
        var count: Int { reading.count + writing.count }

        mutating func append(_ job: Job, _ purpose: Purpose) {
            switch purpose {
            case .reading: reading.append(job)
            case .writing: writing.append(job)
            }
        }

        mutating func popFirst() -> Job? {
            if writing.isEmpty { return reading.popFirst() }
            passes += 1
            if !reading.isEmpty, passes < WorkerPool.writingShare { return reading.popFirst() }
            passes = 0
            return writing.popFirst()
        }
    }

    private struct State {
        var jobs = Queue()
        /// Grows with each job that is taken: tells whether the queue moves.
        var taken = 0
        /// Numbers of sleeping threads.
        var sleeping: [Int]
        /// A thread has been called and has not looked yet.
        var isCalling = false
        var isWatched = false
        var isStopped = false
        /// Which threads run something that is not known to be long.
        var counts: [Bool]
        /// How many those are.
        var running: Int
        /// Time that the watch has watched, in ``patience``.
        var watched = 0
        /// When each thread was called or took its job, in watched time.
        var since: [Int]
        /// The same in nanoseconds.
        var begins: [UInt64]
        /// How long a job takes, in nanoseconds: about the median.
        var usualTime: UInt64 = 0

        init(threads: Int) {
            sleeping = []
            counts = Array(repeating: true, count: threads)
            running = threads
            since = Array(repeating: 0, count: threads)
            begins = Array(repeating: 0, count: threads)
        }

        /// A job has ended. A few that took long, or were kept from their processor, say little.
        mutating func learn(_ time: UInt64) {
            let step = usualTime / 16 + 100
            usualTime = time > usualTime ? usualTime + step : usualTime - min(step, usualTime)
        }

        /// Whether the threads that run will have taken all jobs soon.
        func isSoonTaken(_ now: UInt64) -> Bool {
            var prompt: UInt64 = 0
            for thread in counts.indices
            where counts[thread] && now < begins[thread] + WorkerPool.acceptableWait {
                prompt += 1
            }
            return UInt64(jobs.count) * usualTime < prompt * WorkerPool.acceptableWait
        }

        mutating func count(_ thread: Int, _ isCounted: Bool, _ now: UInt64) {
            since[thread] = watched
            begins[thread] = now
            guard counts[thread] != isCounted else { return }
            counts[thread] = isCounted
            running += isCounted ? 1 : -1
        }

        mutating func discountLongOnes() {
            for thread in counts.indices
            where counts[thread] && watched - since[thread] >= WorkerPool.longPatience {
                counts[thread] = false
                running -= 1
            }
        }
    }

    /// How long a job may have to wait before another thread is called for it, in nanoseconds: a
    /// small multiple of what calling one costs.
    private static let acceptableWait: UInt64 = 50_000
    /// How long a job may stand at the head of the queue while threads sleep.
    static let patience = 0.001
    /// How many times as long one must run, while others queue, to be a long one.
    private static let longPatience = 10
    /// One in so many jobs is of a statement that writes, where both wait.
    static let writingShare = 8

    private let state: Mutex<State>
    private let bells: [DispatchSemaphore]
    private let watchBell = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let processors = ProcessInfo.processInfo.activeProcessorCount

    init(threads: Int) {
        bells = (0..<threads).map { _ in DispatchSemaphore(value: 0) }
        state = Mutex(State(threads: threads))
    }

    func start() {
        for number in bells.indices {
            start("query-\(number)") { [self] in work(number) }
        }
        start("query-watch") { [self] in keepWatch() }
    }

    private func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            // By the thread itself: from outside it may come before there is one.
            Thread.current.name = name
            body()
        }
        thread.stackSize = CallStack.bytes
        thread.start()
    }

    /// Runs a job soon. False after ``stop()``: then it never runs.
    func submit(_ purpose: Purpose = .reading, _ job: @escaping @Sendable () -> Void) -> Bool {
        enum Call {
            case nobody, watch
            case thread(Int)
        }
        let now = NIODeadline.now().uptimeNanoseconds
        let call = state.withLock { state -> Call? in
            guard !state.isStopped else { return nil }
            state.jobs.append(Job(run: job), purpose)
            if let thread = called(&state, now) { return .thread(thread) }
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
        var begin: UInt64?
        while true {
            var next: Int?
            var watches = false
            let now = NIODeadline.now().uptimeNanoseconds
            let (job, isStopped) = state.withLock { state -> (Job?, Bool) in
                if wasCalled { state.isCalling = false }
                wasCalled = false
                if let begin { state.learn(now - begin) }
                state.count(number, true, now)
                // Back from a long job, while others were called in its place.
                let isTooMany = state.running > processors && !state.isStopped
                guard !isTooMany, let job = state.jobs.popFirst() else {
                    if !state.isStopped {
                        state.sleeping.append(number)
                        state.count(number, false, now)
                        watches = !state.jobs.isEmpty && startsWatch(&state)
                    }
                    return (nil, state.isStopped)
                }
                state.taken &+= 1
                if !state.jobs.isEmpty {
                    next = called(&state, now)
                    watches = next == nil && startsWatch(&state)
                }
                return (job, false)
            }
            if let next { bells[next].signal() }
            if watches { watchBell.signal() }
            begin = job.map { _ in now }
            if let job {
                job.run()
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
    private func called(_ state: inout State, _ now: UInt64) -> Int? {
        guard !state.isCalling, state.running < processors, !state.isSoonTaken(now) else {
            return nil
        }
        return takeSleeping(&state, now)
    }

    private func takeSleeping(_ state: inout State, _ now: UInt64) -> Int? {
        guard let thread = state.sleeping.popLast() else { return nil }
        state.isCalling = true
        state.count(thread, true, now)
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
                let now = NIODeadline.now().uptimeNanoseconds
                let (goesOn, thread) = state.withLock { state -> (Bool, Int?) in
                    if state.jobs.isEmpty || state.isStopped || state.sleeping.isEmpty {
                        state.isWatched = false
                        return (false, nil)
                    }
                    state.watched += 1
                    state.discountLongOnes()
                    let thread =
                        state.taken == taken ? takeSleeping(&state, now) : called(&state, now)
                    return (true, thread)
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
