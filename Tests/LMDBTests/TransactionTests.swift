import Foundation
import LMDB
import Testing

/// A directory that is gone when the test ends.
final class TemporaryDirectory {
    let path = NSTemporaryDirectory() + "lmdb-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

private func put(
    _ transaction: Transaction, _ database: NamedDatabase, _ key: UInt64, _ text: String
)
    throws
{
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { _ = try transaction.put(database, key, $0) }
}

private func get(_ transaction: Transaction, _ database: NamedDatabase, _ key: UInt64) -> String? {
    transaction.get(database, key).map { String(decoding: $0, as: UTF8.self) }
}

@Suite struct TransactionTests {
    @Test func aSnapshotDoesNotSeeLaterCommits() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path)
        let first = try environment.beginWrite()
        let database = try first.openDatabase("numbers", [.create, .integerKeys])
        try put(first, database, 1, "one")
        try first.commit()

        let reader = try environment.beginRead()
        let second = try environment.beginWrite()
        try put(second, database, 2, "two")
        try second.commit()

        #expect(get(reader, database, 1) == "one")
        #expect(get(reader, database, 2) == nil)
        #expect(environment.oldestReader == reader.id)
        reader.abort()
        #expect(environment.oldestReader == nil)
        let later = try environment.beginRead()
        #expect(get(later, database, 2) == "two")
        #expect(later.count(database) == 2)
    }

    @Test func anAbortedChildLeavesItsParent() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path)
        let parent = try environment.beginWrite()
        let database = try parent.openDatabase("numbers", [.create, .integerKeys])
        try put(parent, database, 1, "one")
        let failing = try parent.beginChild()
        try put(failing, database, 1, "other")
        try put(failing, database, 2, "two")
        failing.abort()
        let succeeding = try parent.beginChild()
        try put(succeeding, database, 3, "three")
        try succeeding.commit()
        try parent.commit()

        let reader = try environment.beginRead()
        #expect(get(reader, database, 1) == "one")
        #expect(get(reader, database, 2) == nil)
        #expect(get(reader, database, 3) == "three")
    }

    @Test func cursorsMoveInKeyOrder() throws {
        let directory = try TemporaryDirectory()
        let environment = try Environment(path: directory.path)
        let writer = try environment.beginWrite()
        let database = try writer.openDatabase("numbers", [.create, .integerKeys])
        for key in [5, 1, 9, 3] as [UInt64] { try put(writer, database, key, "\(key)") }
        try writer.commit()

        let reader = try environment.beginRead()
        let cursor = try reader.cursor(database)
        var keys: [UInt64] = []
        var found = cursor.first()
        while found {
            keys.append(cursor.integerKey)
            found = cursor.next()
        }
        #expect(keys == [1, 3, 5, 9])
        #expect(cursor.seek(4) && cursor.integerKey == 5)
        #expect(!cursor.find(4))
        #expect(cursor.find(9) && cursor.value.elementsEqual("9".utf8))
        #expect(!cursor.seek(10))
    }

    @Test func oneEnvironmentIsOpenedOncePerProcess() throws {
        let directory = try TemporaryDirectory()
        do {
            let environment = try Environment(path: directory.path)
            #expect(throws: LMDBError.self) { try Environment(path: directory.path + "/.") }
            withExtendedLifetime(environment) {}
        }
        _ = try Environment(path: directory.path)
    }

    @Test func aFileOfSomethingElseIsUnreadable() throws {
        let directory = try TemporaryDirectory()
        try Data(repeating: 7, count: 8192).write(
            to: URL(fileURLWithPath: directory.path + "/data.mdb"))
        do {
            _ = try Environment(path: directory.path)
            Issue.record("it opened")
        } catch { #expect(error.isUnreadable) }
    }

    @Test func aCopyIsWhole() throws {
        let directory = try TemporaryDirectory()
        let copy = try TemporaryDirectory()
        let environment = try Environment(path: directory.path)
        let writer = try environment.beginWrite()
        let database = try writer.openDatabase("numbers", [.create, .integerKeys])
        for key in 0..<1000 as Range<UInt64> { try put(writer, database, key, "\(key)") }
        try writer.commit()
        try environment.copy(to: copy.path)

        let second = try Environment(path: copy.path)
        let reader = try second.beginRead()
        let copied = try reader.openDatabase("numbers", [.integerKeys])
        #expect(reader.count(copied) == 1000)
        #expect(get(reader, copied, 999) == "999")
    }
}
