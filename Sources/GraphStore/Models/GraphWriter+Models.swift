import Foundation
internal import LMDB
import Synchronization
public import Values

extension ModelDraft {
    /// Stores the model under its name in place of an earlier one: block by block in transactions
    /// of their own, then visible at once. `commit` runs its argument as one transaction. If this
    /// throws, nothing is seen of the model, and the next publication removes what was staged.
    public func publish(
        _ monitor: WorkMonitor = .none,
        commit: (@escaping @Sendable (GraphWriter) throws -> Void) throws -> Void
    ) throws {
        try StoredModel.check(self)
        let staged = Mutex<UInt64>(0)
        let stagings = ModelStagings.ofThisProcess
        try commit { writer in
            let id = try writer.beginStaging(stagings)
            staged.withLock { $0 = id }
        }
        let id = staged.withLock { $0 }
        defer { stagings.remove(id) }
        let bytes = max(1, tensors.reduce(0) { $0 + $1.tensor.byteCount })
        var written = 0
        for (number, data) in tensors.enumerated() {
            try data.lend { memory in
                precondition(memory.count == data.tensor.byteCount)
                for block in 0..<data.tensor.blockCount {
                    try monitor.checkpoint()
                    monitor.report("store", Double(written) / Double(bytes))
                    let begin = block * ModelLimits.blockBytes
                    let end = min(memory.count, begin + ModelLimits.blockBytes)
                    let part = Array(memory[begin..<end])
                    try commit { try $0.stage(id, number, block, part) }
                    written += part.count
                }
            }
        }
        let model = StoredModel(
            name: name, id: id, method: method, settings: settings,
            created: Int64(Date().timeIntervalSince1970 * 1000),
            tensors: tensors.map(\.tensor))
        try commit { try $0.publish(model) }
    }
}

/// Ids that this process stages now.
final class ModelStagings: Sendable {
    static let ofThisProcess = ModelStagings()
    private let ids = Mutex<Set<UInt64>>([])

    func insert(_ id: UInt64) { ids.withLock { _ = $0.insert(id) } }
    func remove(_ id: UInt64) { ids.withLock { _ = $0.remove(id) } }
    func contains(_ id: UInt64) -> Bool { ids.withLock { $0.contains(id) } }
}

extension GraphWriter {
    /// Returns whether there was one.
    public func removeModel(named name: String) throws(StoreError) -> Bool {
        guard let model = try view.model(named: name) else { return false }
        try removeBlocks(model.id)
        try transaction.current.remove(databases.models, ModelKey.name(name))
        transaction.work += 1
        return true
    }

    /// A new id, after what dead processes left behind is gone.
    fileprivate func beginStaging(_ stagings: ModelStagings) throws(StoreError) -> UInt64 {
        for (id, process) in try stagingProcesses() {
            let isOwn = process == getpid()
            let isAlive = isOwn ? stagings.contains(id) : kill(process, 0) == 0 || errno == EPERM
            if isAlive { continue }
            try removeBlocks(id)
            try transaction.current.remove(databases.models, ModelKey.staging(id))
        }
        let stored = ModelKey.nextID.lend { transaction.current.get(databases.models, $0) }
        let id = stored.map { $0.little(UInt64.self, at: 0) } ?? 1
        var next: [UInt8] = []
        next.append(littleEndian: id + 1)
        try transaction.current.write(databases.models, ModelKey.nextID, next)
        var process: [UInt8] = []
        process.append(littleEndian: getpid())
        try transaction.current.write(databases.models, ModelKey.staging(id), process)
        transaction.work += 1
        stagings.insert(id)
        return id
    }

    private func stagingProcesses() throws(StoreError) -> [(id: UInt64, process: Int32)] {
        let cursor = try transaction.current.openCursor(databases.models)
        var found: [(UInt64, Int32)] = []
        var isThere = ModelKey.stagings.lend { cursor.seek($0) }
        while isThere, cursor.key.first == ModelKey.stagings[0] {
            if cursor.key.count == 9, cursor.value.count == 4 {
                found.append(
                    (cursor.key.big(UInt64.self, at: 1), cursor.value.little(Int32.self, at: 0)))
            }
            isThere = cursor.next()
        }
        return found
    }

    fileprivate func stage(_ id: UInt64, _ tensor: Int, _ block: Int, _ bytes: [UInt8])
        throws(StoreError)
    {
        try transaction.current.write(
            databases.models, ModelKey.block(id, tensor, block), bytes)
        // A group's bound on dirty pages counts records of some hundred bytes.
        transaction.work += bytes.count / 256 + 1
    }

    fileprivate func publish(_ model: StoredModel) throws(StoreError) {
        if let earlier = try view.model(named: model.name) { try removeBlocks(earlier.id) }
        try transaction.current.write(
            databases.models, ModelKey.name(model.name), model.encoded)
        try transaction.current.remove(databases.models, ModelKey.staging(model.id))
        transaction.work += 1
    }

    private func removeBlocks(_ id: UInt64) throws(StoreError) {
        let prefix = ModelKey.blocks(id)
        var keys: [[UInt8]] = []
        let cursor = try transaction.current.openCursor(databases.models)
        var isThere = prefix.lend { cursor.seek($0) }
        while isThere, cursor.key.starts(with: prefix) {
            keys.append(Array(cursor.key))
            isThere = cursor.next()
        }
        for key in keys { try transaction.current.remove(databases.models, key) }
    }
}
