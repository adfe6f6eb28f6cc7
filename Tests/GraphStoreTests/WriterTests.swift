import Foundation
import Synchronization
import Testing
import Values

@testable import GraphStore

@Suite struct WriterTests {
    struct Refused: Error {}

    @Test func theWriterGivesWayToReaders() throws {
        let fixture = try StoreFixture()
        let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        let writers = try fixture.store.write { _ in
            getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        }
        #expect(writers == min(own + WriterLimits.niceness, 19))
    }

    @Test func aFailingStatementOfAGroupLeavesTheOthers() throws {
        let fixture = try StoreFixture()
        let results = Mutex<[Int: Bool]>([:])
        let ended = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        // The first one holds the writer until the others wait behind it.
        fixture.store.write({ writer in
            started.wait()
            try writer.create("First", [:])
        }) { _ in ended.signal() }
        for number in 0..<100 {
            fixture.store.write({ writer in
                try writer.create("N", ["number": .integer(Int64(number))])
                if number % 3 == 0 {
                    _ = try writer.label("Unseen\(number)")
                    throw Refused()
                }
            }) { result in
                results.withLock { $0[number] = (try? result.get()) != nil }
                ended.signal()
            }
        }
        started.signal()
        for _ in 0...100 { ended.wait() }
        #expect(results.withLock { $0 }.allSatisfy { $0.value == ($0.key % 3 != 0) })
        try fixture.read { view in
            #expect(view.nodeCount == 67)
            #expect(view.labelNames == ["First", "N"])
        }
        #expect(try fixture.findings() == [])
    }

    @Test func whatFollowsAGroupWaitsAMomentAndNoLonger() throws {
        let fixture = try StoreFixture()
        let ended = DispatchSemaphore(value: 0)
        let started = DispatchSemaphore(value: 0)
        fixture.store.write({ _ in started.wait() }) { _ in ended.signal() }
        for _ in 0..<WriterLimits.crowd * 2 {
            fixture.store.write({ try $0.create("N", [:]) }) { _ in ended.signal() }
        }
        started.signal()
        for _ in 0...WriterLimits.crowd * 2 { ended.wait() }
        // Alone behind a group, with nobody coming: a statement, then a transaction of its own.
        try fixture.create("Alone", [:])
        let transaction = try fixture.store.beginExclusiveWrite()
        try transaction.perform { try $0.create("Alone", [:]) }
        _ = try transaction.commit()
        try fixture.read { #expect($0.nodeCount == WriterLimits.crowd * 2 + 2) }
    }

    @Test func aGroupGathersUntilItIsAsLargeAsTheLast() throws {
        // So long that only the number of statements can end it.
        let fixture = try StoreFixture { $0.gatherMicroseconds = 60_000_000 }
        let size = WriterLimits.crowd * 2
        let commits = Mutex<[UInt64]>([])
        let ended = DispatchSemaphore(value: 0)
        func create() {
            fixture.store.write({ try $0.create("N", [:]) }) { result in
                if let info = try? result.get() {
                    commits.withLock { $0.append(info.transactionID) }
                }
                ended.signal()
            }
        }
        // Alone in its transaction, while the others queue up.
        let (begun, released) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        fixture.store.write({ _ in
            begun.signal()
            released.wait()
        }) { _ in ended.signal() }
        begun.wait()
        for _ in 0..<size { create() }
        released.signal()
        for _ in 0...size { ended.wait() }

        for _ in 1..<size { create() }
        Thread.sleep(forTimeInterval: 0.05)
        #expect(commits.withLock { $0.count } == size)
        create()
        for _ in 0..<size { ended.wait() }
        #expect(commits.withLock { Set($0[size...]).count } == 1)
    }

    @Test func aFailedStatementTakesItsTokensWithIt() throws {
        let fixture = try StoreFixture()
        #expect(throws: Refused.self) {
            try fixture.store.write { writer in
                _ = try writer.label("Gone")
                throw Refused()
            }
        }
        try fixture.create("Here", [:])
        try fixture.read { view in
            #expect(view.label("Gone") == nil)
            #expect(view.label("Here") == 0)
        }
    }

    @Test func anExplicitTransactionSeesItselfAndIsAtomic() throws {
        let fixture = try StoreFixture()
        let first = try fixture.store.beginExclusiveWrite()
        let id = try first.perform { try $0.create("N", ["x": .integer(1)]) }
        #expect(try first.perform { $0.view.nodeExists(id) })
        #expect(try fixture.read { $0.nodeExists(id) } == false)
        first.rollback()
        #expect(try fixture.read { $0.nodeCount } == 0)
        #expect(throws: StoreError.self) { try first.commit() }

        let second = try fixture.store.beginExclusiveWrite()
        try second.perform { try $0.create("N", [:]) }
        let info = try second.commit()
        try fixture.read { view in
            #expect(view.nodeCount == 1)
            #expect(view.snapshotID >= info.transactionID)
        }
    }

    @Test func aFailedStatementFailsItsTransaction() throws {
        let fixture = try StoreFixture()
        let transaction = try fixture.store.beginExclusiveWrite()
        #expect(throws: Refused.self) {
            try transaction.perform { writer in
                try writer.create("N", [:])
                throw Refused()
            }
        }
        #expect(throws: StoreError.self) { try transaction.commit() }
        #expect(try fixture.read { $0.nodeCount } == 0)
    }

    @Test func aCommitInBetweenIsAConflict() throws {
        let fixture = try StoreFixture()
        try fixture.create("N", [:])
        let seen = try fixture.read { $0.snapshotID }
        try fixture.store.beginExclusiveWrite(unlessChangedSince: seen).rollback()
        try fixture.create("N", [:])
        do {
            _ = try fixture.store.beginExclusiveWrite(unlessChangedSince: seen)
            Issue.record("no conflict")
        } catch { guard case .writeConflict = error else { throw error } }
    }

    @Test func waitingEndsByTimeAndByCancelling() throws {
        let fixture = try StoreFixture()
        let holder = try fixture.store.beginExclusiveWrite()
        try holder.perform { try $0.create("N", [:]) }
        do {
            _ = try fixture.store.beginExclusiveWrite(timeoutMilliseconds: 30)
            Issue.record("two writers")
        } catch { guard case .writerBusy = error else { throw error } }
        do {
            _ = try fixture.store.beginExclusiveWrite(isCancelled: { true })
            Issue.record("two writers")
        } catch { guard case .cancelled = error else { throw error } }
        _ = try holder.commit()
        try fixture.store.beginExclusiveWrite(timeoutMilliseconds: 1000).rollback()
    }

    @Test func anIdleTransactionIsRolledBack() throws {
        let fixture = try StoreFixture { $0.idleWriterTimeoutMilliseconds = 50 }
        let idle = try fixture.store.beginExclusiveWrite()
        try idle.perform { try $0.create("N", [:]) }
        try fixture.create("Other", [:])
        do {
            try idle.perform { try $0.create("N", [:]) }
            Issue.record("it went on")
        } catch let error as StoreError {
            guard case .transactionEnded = error else { throw error }
        }
        #expect(try fixture.read { $0.nodeCount } == 1)
    }

    @Test func connectedNodesAreNotDeleted() throws {
        let fixture = try StoreFixture()
        let (a, b) = (try fixture.create("N", [:]), try fixture.create("N", [:]))
        let relationship = try fixture.store.write { writer in
            try writer.createRelationship(
                type: writer.type("T"), start: a, end: b, properties: [])
        }
        do {
            try fixture.store.write { try $0.deleteNode(a) }
            Issue.record("it was deleted")
        } catch let error as StoreError {
            guard case .nodeHasRelationships(a) = error else { throw error }
        }
        // The order within a statement does not matter.
        try fixture.store.write { writer in
            try writer.deleteNode(a)
            try writer.deleteRelationship(relationship)
        }
        #expect(try fixture.read { $0.nodeCount } == 1)
        #expect(try fixture.findings() == [])
    }

    @Test func aViewOutlivesTheStoreAndTheStoreReopens() throws {
        let directory = try TemporaryDirectory()
        let store = try GraphStore.open(directory: directory.path)
        let id = try store.write { try $0.create("N", ["x": .string("y")]) }
        do {
            let view = try store.beginRead()
            store.close()
            #expect(throws: StoreError.self) { try store.beginRead() }
            #expect(view.nodeExists(id))
            view.close()
        }
        let again = try GraphStore.open(directory: directory.path)
        let view = try again.beginRead()
        guard case .string("y") = view.property(view.key("x")!, ofNode: id) else {
            Issue.record("the property is gone")
            return
        }
        view.close()
        again.close()
    }
}

@Suite struct MaintenanceTests {
    @Test func whatIsNoDatabaseIsRefused() throws {
        let directory = try TemporaryDirectory()
        var options = GraphStore.Options()
        options.createIfMissing = false
        #expect(throws: StoreError.self) {
            try GraphStore.open(directory: directory.path + "/none", options: options)
        }
        try Data(repeating: 1, count: 10_000).write(
            to: URL(fileURLWithPath: directory.path + "/data.mdb"))
        do {
            _ = try GraphStore.open(directory: directory.path)
            Issue.record("it opened")
        } catch { guard case .unusable = error else { throw error } }
    }

    @Test func anOpenStoreKeepsImportersOut() throws {
        let fixture = try StoreFixture()
        #expect(throws: StoreError.self) {
            try DirectoryLock(directory: fixture.directory.path, exclusive: true)
        }
        fixture.store.close()
        _ = try DirectoryLock(directory: fixture.directory.path, exclusive: true)
    }

    @Test func aBackupIsADatabase() throws {
        let fixture = try StoreFixture()
        try fixture.create("N", ["x": .integer(1)])
        let target = fixture.directory.path + "/backup"
        try fixture.store.backup(to: target)
        #expect(throws: StoreError.self) { try fixture.store.backup(to: target) }
        try fixture.create("N", ["x": .integer(2)])
        let copy = try GraphStore.open(directory: target)
        let view = try copy.beginRead()
        #expect(view.nodeCount == 1)
        view.close()
        copy.close()
        let information = try fixture.store.information()
        #expect(information.nodes == 2 && information.labels == 1 && information.fileBytes > 0)
    }

    @Test func aBulkLoadIsADatabase() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/new"
        var model = GraphModel()
        var random = SeededRandom(seed: 5)
        do {
            // So little memory that runs are sorted on disk.
            let builder = try BulkStoreBuilder(directory: path, sortBytes: 1)
            let labels = try (0..<3).map { try builder.names.label("L\($0)") }
            let types = try (0..<2).map { try builder.names.type("T\($0)") }
            let key = try builder.names.key("x")
            let nodes = NodeBatch()
            for number in 0..<300 as Range<Int64> {
                let chosen = (0..<random.next(3)).map { _ in labels[random.next(3)] }
                try nodes.append(
                    try builder.names.labelSet(chosen), [(key, .integer(number))])
                model.nodes[NodeID(number)] = .init(
                    labels: Set(chosen), properties: [key: .integer(number)])
            }
            #expect(throws: StoreError.self) {
                try nodes.append(try builder.names.labelSet([]), [(key, .map(ValueMap()))])
            }
            try builder.append(nodes)
            let relationships = RelationshipBatch()
            for id in 0..<3000 as Range<RelationshipID> {
                let (start, end) = (UInt64(random.next(300)), UInt64(random.next(20)))
                let type = types[random.next(2)]
                try relationships.append(type: type, start: start, end: end, [])
                if relationships.count == 700 || id == 2999 {
                    try builder.append(relationships)
                    relationships.removeAll()
                }
                model.relationships[id] = .init(
                    type: type, start: start, end: end, properties: [:])
            }
            try relationships.append(type: 0, start: 300, end: 0, [])
            #expect(throws: StoreError.self) { try builder.append(relationships) }
            try builder.finish()
        }
        let store = try GraphStore.open(directory: path)
        let view = try store.beginRead()
        #expect(try view.differences(from: model, labels: 3, types: 2, keys: 1) == [])
        view.close()
        var findings: [String] = []
        let summary = try store.check { findings.append($0) }
        #expect(findings == [] && summary.adjacencyEntries == 3000)
        // It goes on like any other store.
        try store.write { writer in
            let id = try writer.create("L0", [:])
            #expect(id == 300)
            _ = try writer.createRelationship(type: 0, start: id, end: 0, properties: [])
        }
        _ = try store.check { findings.append($0) }
        #expect(findings == [])
        store.close()
        #expect(throws: StoreError.self) { try BulkStoreBuilder(directory: path) }
    }
}
