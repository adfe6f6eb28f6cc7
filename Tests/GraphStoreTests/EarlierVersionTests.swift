import LMDB
import Testing

@testable import GraphStore

/// Databases that an earlier version made.
@Suite struct EarlierVersionTests {
    /// As one was before models were kept in it.
    private func makeDatabase(in directory: String) throws {
        let environment = try Environment(path: directory)
        let writer = try environment.beginWrite()
        for name in ["tokens", "labels", "counts", "indexes", "schema"] {
            _ = try writer.openDatabase(name, .create)
        }
        for name in ["nodes", "relationships"] {
            _ = try writer.openDatabase(name, [.create, .integerKeys])
        }
        let meta = try writer.openDatabase("meta", .create)
        try StoreHeader.writeFormat(writer, meta)
        try StoreHeader().write(writer, meta)
        try writer.commit()
    }

    private func options(readOnly: Bool) -> GraphStore.Options {
        var options = GraphStore.Options()
        options.readOnly = readOnly
        return options
    }

    @Test func whatIsMissingIsAddedByTheFirstThatMayWrite() throws {
        let directory = try TemporaryDirectory()
        try makeDatabase(in: directory.path)
        let error = #expect(throws: StoreError.self) {
            try GraphStore.open(directory: directory.path, options: options(readOnly: true))
        }
        guard case .unusable(_, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("open it once for writing"))
        let store = try GraphStore.open(
            directory: directory.path, options: options(readOnly: false))
        try store.write { _ = try $0.create("A", [:]) }
        store.close()
        let reader = try GraphStore.open(
            directory: directory.path, options: options(readOnly: true))
        defer { reader.close() }
        let view = try reader.beginRead()
        defer { view.close() }
        #expect(view.nodeCount == 1)
    }
}
