import Foundation
internal import LMDB

extension GraphView {
    /// All models, by name.
    public func models() throws(StoreError) -> [StoredModel] {
        let cursor = try transaction.openCursor(core.databases.models)
        var found: [StoredModel] = []
        var isThere = ModelKey.names.lend { cursor.seek($0) }
        while isThere, cursor.key.first == ModelKey.names[0] {
            let name = String(decoding: cursor.key.dropFirst(), as: UTF8.self)
            found.append(try decode(name, cursor.value))
            isThere = cursor.next()
        }
        return found
    }

    public func model(named name: String) throws(StoreError) -> StoredModel? {
        guard name.utf8.count <= ModelLimits.nameBytes else { return nil }
        let stored = ModelKey.name(name).lend { transaction.get(core.databases.models, $0) }
        guard let stored else { return nil }
        return try decode(name, stored)
    }

    private func decode(_ name: String, _ bytes: UnsafeRawBufferPointer) throws(StoreError)
        -> StoredModel
    {
        guard let model = StoredModel(name: name, bytes) else {
            throw .unusable(
                path: transaction.environment.path, reason: "the model '\(name)' is damaged")
        }
        return model
    }

    /// Copies a tensor into memory of its size, at the speed of memory.
    ///
    /// Errors: `unusable` where a part of it is missing.
    public func read(
        _ tensor: String, of model: StoredModel, into memory: UnsafeMutableRawBufferPointer
    ) throws(StoreError) {
        guard let number = model.tensors.firstIndex(where: { $0.name == tensor }),
            model.tensors[number].byteCount == memory.count
        else { throw damaged(tensor, model) }
        var position = 0
        for block in 0..<model.tensors[number].blockCount {
            let stored = ModelKey.block(model.id, number, block).lend {
                transaction.get(core.databases.models, $0)
            }
            let size = min(ModelLimits.blockBytes, memory.count - position)
            guard let stored, stored.count == size else { throw damaged(tensor, model) }
            UnsafeMutableRawBufferPointer(rebasing: memory[position..<position + size])
                .copyMemory(from: stored)
            position += size
        }
    }

    private func damaged(_ tensor: String, _ model: StoredModel) -> StoreError {
        .unusable(
            path: transaction.environment.path,
            reason: "the tensor '\(tensor)' of the model '\(model.name)' is missing or damaged")
    }

    /// A whole tensor. Errors: `unusable` where it is not there, of another type, or damaged.
    public func floats(_ tensor: String, of model: StoredModel) throws(StoreError) -> [Float] {
        try array(tensor, .float32, of: model, zero: 0)
    }

    public func doubles(_ tensor: String, of model: StoredModel) throws(StoreError) -> [Double] {
        try array(tensor, .float64, of: model, zero: 0)
    }

    public func int32s(_ tensor: String, of model: StoredModel) throws(StoreError) -> [Int32] {
        try array(tensor, .int32, of: model, zero: 0)
    }

    public func ids(_ tensor: String, of model: StoredModel) throws(StoreError) -> [UInt64] {
        try array(tensor, .int64, of: model, zero: 0)
    }

    private func array<Element>(
        _ tensor: String, _ type: StoredTensor.Element, of model: StoredModel, zero: Element
    ) throws(StoreError) -> [Element] {
        guard let found = model.tensors.first(where: { $0.name == tensor }), found.element == type
        else { throw damaged(tensor, model) }
        var values = [Element](repeating: zero, count: found.count)
        var failure: StoreError?
        values.withUnsafeMutableBytes { memory in
            do throws(StoreError) { try read(tensor, of: model, into: memory) } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return values
    }
}

extension GraphView {
    /// Entries of the sub-database, staged ones too: for tests.
    var modelEntryCount: Int { transaction.count(core.databases.models) }
}
