import Foundation
internal import Synchronization

/// Which of the machine's processors work for statements of this process: a statement takes others
/// only where they are free, so that on a busy server each runs on one.
public enum Processors {
    /// Asked once: the answer is read from files.
    public static let count = ProcessInfo.processInfo.activeProcessorCount

    private static let busy = Atomic<Int>(0)

    /// While a statement computes.
    public static func enter() { busy.wrappingAdd(1, ordering: .relaxed) }
    public static func leave() { busy.wrappingSubtract(1, ordering: .relaxed) }

    /// Takes at most so many of those that are free; to be released.
    public static func claim(_ wanted: Int, of total: Int = count) -> Int {
        var known = busy.load(ordering: .relaxed)
        while true {
            let count = min(wanted, total - known)
            if count <= 0 { return 0 }
            let (done, now) = busy.compareExchange(
                expected: known, desired: known + count, ordering: .relaxed)
            if done { return count }
            known = now
        }
    }

    public static func release(_ count: Int) { busy.wrappingSubtract(count, ordering: .relaxed) }
}
