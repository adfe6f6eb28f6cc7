import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Bolt

@Suite struct WorkerPoolTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
        func add() -> Int { value.add(1, ordering: .sequentiallyConsistent).newValue }
    }

    @Test(arguments: [1, 2, 16]) func everyJobRunsOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        pool.start()
        let jobs = 20_000
        let done = DispatchSemaphore(value: 0)
        let count = Count()
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            for _ in 0..<jobs / 4 {
                let isTaken = pool.submit { if count.add() == jobs { done.signal() } }
                #expect(isTaken)
            }
        }
        #expect(done.wait(timeout: .now() + 30) == .success)
        pool.stop()
        #expect(count.value.load(ordering: .sequentiallyConsistent) == jobs)
    }

    /// Jobs that wait must not keep the ones behind them from running, as long as there are threads.
    @Test func jobsBehindOnesThatWaitAreRun() {
        let pool = WorkerPool(threads: 8)
        pool.start()
        let gate = DispatchSemaphore(value: 0)
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<7 { _ = pool.submit { gate.wait() } }
        _ = pool.submit { done.signal() }
        #expect(done.wait(timeout: .now() + 10) == .success)
        for _ in 0..<7 { gate.signal() }
        pool.stop()
    }

    /// Not each of them waits until the watch has seen that the ones before are long.
    @Test func jobsBesideLongOnesAreRunAtOnce() {
        let pool = WorkerPool(threads: 64)
        pool.start()
        let gate = DispatchSemaphore(value: 0)
        let long = ProcessInfo.processInfo.activeProcessorCount
        for _ in 0..<long { _ = pool.submit { gate.wait() } }
        let done = DispatchSemaphore(value: 0)
        let jobs = 200
        // The best of some tries, as the machine may be busy.
        let quickest = (0..<10).map { _ in
            ContinuousClock().measure {
                for _ in 0..<jobs {
                    _ = pool.submit { done.signal() }
                    done.wait()
                }
            }
        }.min()!
        #expect(quickest < .seconds(WorkerPool.patience) * jobs / 2)
        for _ in 0..<long { gate.signal() }
        pool.stop()
    }

    @Test func aStoppedPoolRunsWhatItHasAndTakesNoMore() {
        let pool = WorkerPool(threads: 2)
        pool.start()
        let count = Count()
        for _ in 0..<1_000 { _ = pool.submit { _ = count.add() } }
        pool.stop()
        #expect(count.value.load(ordering: .sequentiallyConsistent) == 1_000)
        #expect(!pool.submit {})
    }

    /// A burst of jobs that write delays those that read by one job at most, and is not starved by
    /// them.
    @Test func jobsThatReadGoFirstAndThoseThatWriteAreNotStarved() {
        let pool = WorkerPool(threads: 1)
        pool.start()
        let gate = DispatchSemaphore(value: 0)
        let order = Mutex<[WorkerPool.Purpose]>([])
        _ = pool.submit { gate.wait() }
        let each = WorkerPool.writingShare * 3
        for purpose in [WorkerPool.Purpose.writing, .reading] {
            for _ in 0..<each { _ = pool.submit(purpose) { order.withLock { $0.append(purpose) } } }
        }
        gate.signal()
        pool.stop()
        let taken = order.withLock { $0 }
        #expect(taken.count == each * 2)
        #expect(taken.first == .reading)
        let lastReading = taken.lastIndex(of: .reading) ?? 0
        #expect(lastReading + 1 - each == (each - 1) / (WorkerPool.writingShare - 1))
    }
}
