import LMDB
import Testing
import Values

@testable import GraphStore

/// Readers of lists cannot throw: the view says afterwards that a list was cut short.
@Suite struct AdjacencyDamageTests {
    @Test(arguments: [true, false]) func aListThatCannotBeReadIsNoted(ofChunks: Bool) throws {
        let fixture = try StoreFixture()
        let (type, hub) = try fixture.store.write { writer -> (TypeID, NodeID) in
            let type = try writer.type("R")
            let hub = try writer.create("N", [:])
            for _ in 0..<50 {
                _ = try writer.createRelationship(
                    type: type, start: hub, end: writer.create("N", [:]), properties: [])
            }
            return (type, hub)
        }
        let core = try fixture.store.core()
        let transaction = try core.environment.beginWrite()
        _ = try core.adjacency.merge(transaction)
        if ofChunks { try damage(core.adjacency.chunks, transaction) }
        let id = transaction.id
        try transaction.commit()
        core.adjacency.didMerge(transactionID: id)

        let view = try fixture.store.beginRead()
        defer { view.close() }
        let degree = view.adjacency(type, .outgoing).degree(hub)
        #expect(degree == (ofChunks ? 0 : 50))
        if ofChunks {
            let error = #expect(throws: StoreError.self) { try view.checkDamage() }
            #expect("\(error!)".contains("a list of relationships cannot be read"))
        } else {
            try view.checkDamage()
        }
    }

    /// Widths that no chunk has.
    private func damage(_ chunks: NamedDatabase, _ transaction: Transaction) throws {
        let cursor = try transaction.cursor(chunks)
        var entries: [(key: [UInt8], value: [UInt8])] = []
        var isAtEntry = cursor.first()
        while isAtEntry {
            entries.append((Array(cursor.key), Array(cursor.value)))
            isAtEntry = cursor.next()
        }
        #expect(!entries.isEmpty)
        for var entry in entries {
            entry.value[2] = 0xFF
            try entry.key.withUnsafeBytes { key in
                try entry.value.withUnsafeBytes { _ = try transaction.put(chunks, key, $0) }
            }
        }
    }
}
