import GraphStore
import Values

/// A store in a directory of its own.
final class StoreFixture: Sendable {
    let directory: TemporaryDirectory
    let store: GraphStore

    init(_ change: (inout GraphStore.Options) -> Void = { _ in }) throws {
        directory = try TemporaryDirectory()
        var options = GraphStore.Options()
        options.syncOnCommit = false
        change(&options)
        store = try GraphStore.open(directory: directory.path, options: options)
    }

    deinit { store.close() }

    func read<R>(_ body: (GraphView) throws -> R) throws -> R {
        let view = try store.beginRead()
        defer { view.close() }
        return try body(view)
    }

    /// One node with a label and properties.
    @discardableResult
    func create(_ label: String, _ properties: [String: Value]) throws -> NodeID {
        try store.write { try $0.create(label, properties) }
    }

    func findings() throws -> [String] {
        var findings: [String] = []
        _ = try store.check { findings.append($0) }
        return findings
    }

    func ids(_ index: String, _ condition: IndexCondition) throws -> [NodeID] {
        try read { view in
            guard let definition = view.indexes.first(where: { $0.name == index }) else {
                throw StoreError.schemaMissing(index)
            }
            return try view.all(view.seek(definition, condition).ids)
        }
    }
}

extension GraphWriter {
    @discardableResult
    func create(_ label: String, _ properties: [String: Value]) throws -> NodeID {
        var named: [(key: KeyID, value: Value)] = []
        for (name, value) in properties { named.append((try key(name), value)) }
        return try createNode(labels: [self.label(label)], properties: named)
    }
}

extension StoreError {
    var isViolation: Bool { if case .constraintViolation = self { true } else { false } }
}
