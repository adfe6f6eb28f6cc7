import Foundation
import Synchronization
import Testing

@testable import GraphStore

@Suite struct DirectoryLockTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func manyShareItOrOneHasIt() throws {
        let path = directory.path
        func take(exclusive: Bool) throws {
            _ = try DirectoryLock(directory: path, exclusive: exclusive)
        }
        do {
            let shared = try DirectoryLock(directory: path, exclusive: false)
            try take(exclusive: false)
            #expect(throws: StoreError.self) { try take(exclusive: true) }
            withExtendedLifetime(shared) {}
        }
        let exclusive = try DirectoryLock(directory: path, exclusive: true)
        #expect(throws: StoreError.self) { try take(exclusive: false) }
        withExtendedLifetime(exclusive) {}
    }

    /// Numbers of files are given again at once: who closes his own twice closes another thread's.
    @Test func aRefusalClosesNothingOfOthers() throws {
        let path = directory.path
        let lock = try DirectoryLock(directory: path, exclusive: true)
        let isOver = Atomic(false)
        let lost = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { number in
            if number == 0 {
                for _ in 0..<20_000 { _ = try? DirectoryLock(directory: path, exclusive: false) }
                isOver.store(true, ordering: .releasing)
            } else {
                while !isOver.load(ordering: .acquiring) {
                    let file = open(path, O_RDONLY | O_CLOEXEC)
                    if file < 0 || close(file) != 0 { lost.add(1, ordering: .relaxed) }
                }
            }
        }
        #expect(lost.load(ordering: .relaxed) == 0)
        withExtendedLifetime(lock) {}
    }
}
