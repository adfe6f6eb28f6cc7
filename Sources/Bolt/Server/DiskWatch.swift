import Foundation
import NIOCore

/// Notices that answers on an event loop wait for the disk: then workers have to give them for a
/// while, as the loop's other connections would wait too.
struct DiskWatch {
    /// An answer that takes longer is looked into.
    static let suspicious = TimeAmount.microseconds(100)
    /// For so long answers are left to workers.
    static let pause = TimeAmount.seconds(1)

    /// Linux's RUSAGE_THREAD, which its headers show to GNU C only.
    private static let thisThread = __rusage_who_t(1)

    private let readFaults: () -> Int
    private var faults = 0
    private var quietFrom = NIODeadline.uptimeNanoseconds(0)

    /// `faults` counts the pages that the calling thread has waited for.
    init(faults: @escaping () -> Int = DiskWatch.faultsOfThisThread) { readFaults = faults }

    func isQuiet(_ now: NIODeadline) -> Bool { now >= quietFrom }

    /// An answer was given between these moments. What took long may also have been kept from its
    /// processor: only pages that came from the disk count.
    mutating func took(from start: NIODeadline, to end: NIODeadline) {
        guard end - start > Self.suspicious else { return }
        let now = readFaults()
        if now > faults { quietFrom = end + Self.pause }
        faults = now
    }

    private static func faultsOfThisThread() -> Int {
        var usage = rusage()
        return getrusage(thisThread, &usage) == 0 ? usage.ru_majflt : 0
    }
}
