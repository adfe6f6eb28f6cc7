internal import Foundation

/// A thread that makes what another uses, a step ahead of it: one thing is in use, one waits, and
/// one is being made.
final class WorkAhead<Element: Sendable>: @unchecked Sendable {
    // Sendable: everything is changed under the lock.
    private let condition = NSCondition()
    private var waiting: Element?
    private var hasEnded = false
    private var isCancelled = false

    private init() {}

    /// Runs `make` on a thread of its own, and on this one `prepare` and then `use`, until all that
    /// was made has been used. The first error of this thread is thrown, else that of `make`; either stops the
    /// other.
    ///
    /// `make` ends before this returns, so it may use whatever the caller leaves alone meanwhile.
    static func run(
        _ make: @escaping (WorkAhead) throws(StoreError) -> Void,
        prepare: () throws(StoreError) -> Void = {},
        use: (Element) throws(StoreError) -> Void
    ) throws(StoreError) {
        let queue = WorkAhead()
        let maker = Maker(make: make)
        let isDone = maker.start(queue) { queue.end() }
        defer { isDone.wait() }
        do throws(StoreError) {
            try prepare()
            while let element = queue.next() { try use(element) }
        } catch {
            queue.cancel()
            throw error
        }
        if let failure = maker.failure { throw failure }
    }

    /// Hands on what was made, once what was made before is in use. False where nothing more is
    /// wanted.
    func submit(_ element: Element) -> Bool {
        condition.withLock {
            while waiting != nil, !isCancelled { condition.wait() }
            if isCancelled { return false }
            waiting = element
            condition.broadcast()
            return true
        }
    }

    private func next() -> Element? {
        condition.withLock {
            while waiting == nil, !hasEnded { condition.wait() }
            defer {
                waiting = nil
                condition.broadcast()
            }
            return waiting
        }
    }

    private func end() {
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    private func cancel() {
        condition.withLock {
            isCancelled = true
            condition.broadcast()
        }
    }

    /// The work and how it ended, for the thread that does it and then the one that waits for that.
    private final class Maker: @unchecked Sendable {
        private let make: (WorkAhead) throws(StoreError) -> Void
        /// To be read after the work has ended.
        private(set) var failure: StoreError?

        init(make: @escaping (WorkAhead) throws(StoreError) -> Void) { self.make = make }

        func start(_ queue: WorkAhead, _ end: @escaping @Sendable () -> Void) -> DispatchSemaphore {
            let isDone = DispatchSemaphore(value: 0)
            let thread = Thread { [self] in
                do throws(StoreError) { try make(queue) } catch { failure = error }
                end()
                isDone.signal()
            }
            thread.name = "starling-sort"
            thread.stackSize = 1 << 20
            thread.start()
            return isDone
        }
    }
}
