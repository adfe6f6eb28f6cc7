internal import COpenBLAS
import Dispatch
import Foundation

/// Work on ranges of rows, on as many threads as there are processors.
public enum Parallel {
    /// Never more threads than this for one piece of work.
    public static let maximumThreads = 16

    public static var threads: Int {
        min(maximumThreads, max(1, ProcessInfo.processInfo.activeProcessorCount))
    }

    /// Calls `body` for disjoint ranges that make up `0 ..< count`, at once. Ranges have `atLeast`
    /// rows, so that little work stays on the calling thread; there are several for each thread, as
    /// rows differ in cost: the more, the more they do. What `body` writes must not overlap.
    public static func forEachRange(
        _ count: Int, atLeast: Int = 1, partsPerThread: Int = 4, _ body: (Range<Int>) -> Void
    ) {
        let parts = min(threads * partsPerThread, count / max(1, atLeast))
        guard parts > 1, threads > 1 else {
            if count > 0 { body(0..<count) }
            return
        }
        withoutActuallyEscaping(body) { body in
            let work = Work(body: body)
            DispatchQueue.concurrentPerform(iterations: parts) { part in
                work.body(count * part / parts..<count * (part + 1) / parts)
            }
        }
    }

    /// Ends threads that have nothing to do yet. For the begin of a process, before anything is
    /// computed: OpenBLAS starts its threads when it is loaded, and each looks for work for a tenth
    /// of a second of a processor before it sleeps, while a short command has done its work. With
    /// the first product that is worth threads they are there again.
    public static func endIdleThreads() { COpenBLAS.endIdleThreads() }

    /// The caller promises that calls at once do not get into each other's way.
    private struct Work: @unchecked Sendable {
        let body: (Range<Int>) -> Void
    }
}
