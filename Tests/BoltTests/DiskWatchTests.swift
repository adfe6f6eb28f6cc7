import NIOCore
import Testing

@testable import Bolt

@Suite struct DiskWatchTests {
    private final class Pages { var faults = 3 }

    private func moment(_ microseconds: Int64) -> NIODeadline {
        .uptimeNanoseconds(1_000_000_000) + .microseconds(microseconds)
    }

    @Test func anAnswerThatWaitedForTheDiskLeavesTheNextToWorkers() {
        let pages = Pages()
        var watch = DiskWatch { pages.faults }
        #expect(watch.isQuiet(moment(0)))
        // What the thread waited for before is found with the first slow answer, and passes.
        watch.took(from: moment(0), to: moment(200))
        #expect(!watch.isQuiet(moment(300)))
        #expect(watch.isQuiet(moment(200) + DiskWatch.pause))

        let later = 5_000_000
        // Quick ones are not looked into, slow ones without the disk are none of its business.
        pages.faults = 4
        watch.took(from: moment(Int64(later)), to: moment(Int64(later + 90)))
        #expect(watch.isQuiet(moment(Int64(later + 91))))
        watch.took(from: moment(Int64(later + 100)), to: moment(Int64(later + 300)))
        #expect(!watch.isQuiet(moment(Int64(later + 301))))
        let last = moment(Int64(later + 300)) + DiskWatch.pause
        #expect(watch.isQuiet(last))
        watch.took(from: last, to: last + .milliseconds(20))
        #expect(watch.isQuiet(last + .milliseconds(21)))
    }

    @Test func theThreadTellsItsFaults() {
        var watch = DiskWatch()
        watch.took(from: moment(0), to: moment(200))
        // The number does not change meanwhile: nothing here is on disk.
        let later = moment(200) + DiskWatch.pause
        watch.took(from: later, to: later + .milliseconds(1))
        #expect(watch.isQuiet(later + .milliseconds(1)))
    }
}
