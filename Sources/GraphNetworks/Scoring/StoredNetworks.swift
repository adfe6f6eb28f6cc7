internal import Foundation
public import GraphStore
internal import LinearAlgebra
import Synchronization
internal import Values

/// Networks in the database's model store, and those that were used last in memory. Thread-safe.
public final class StoredNetworks: Sendable {
    /// What the store says that a network was made by.
    public static let method = "network"
    private static let descriptionSetting = "description"
    /// Of all networks that are kept, by default. A larger one is read for each call, which is right
    /// and slow.
    public static let standardByteLimit = 2 << 30

    private struct Entry {
        let model: NetworkModel
        let byteCount: Int
        var lastUse: UInt64
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var clock: UInt64 = 0

        var keptBytes: Int { entries.values.reduce(0) { $0 + $1.byteCount } }
    }

    private let byteLimit: Int
    private let state = Mutex(State())

    public init(byteLimit: Int = standardByteLimit) { self.byteLimit = byteLimit }

    /// What the networks that are kept take.
    var keptBytes: Int { state.withLock { $0.keptBytes } }

    /// The model as the snapshot has it.
    ///
    /// Errors: ``NetworkError/model(_:)`` where there is none of that name, or it is no network; the
    /// store's.
    public func model(named name: String, in view: GraphView) throws -> NetworkModel {
        guard let stored = try view.model(named: name) else {
            throw NetworkError.model("There is no model '\(name)'.")
        }
        guard stored.method == Self.method, let text = stored.setting(Self.descriptionSetting)
        else {
            throw NetworkError.model(
                "The model '\(name)' is not a graph neural network, but \(stored.method).")
        }
        let kept = state.withLock { state -> NetworkModel? in
            state.clock += 1
            state.entries[stored.id]?.lastUse = state.clock
            return state.entries[stored.id]?.model
        }
        if let kept { return kept }
        var weights: [String: Tensor] = [:]
        for tensor in stored.tensors where tensor.element == .float32 {
            weights[tensor.name] = Tensor(
                shape: tensor.shape, try view.floats(tensor.name, of: stored))
        }
        let model = try NetworkModel(
            NetworkDescription(json: Array(text.utf8)), weights: weights)
        // A model of an uncommitted transaction may never exist.
        if !view.isWritable { keep(model, stored) }
        return model
    }

    private func keep(_ model: NetworkModel, _ stored: StoredModel) {
        guard stored.byteCount <= byteLimit else { return }
        state.withLock { state in
            state.clock += 1
            state.entries[stored.id] = Entry(
                model: model, byteCount: stored.byteCount, lastUse: state.clock)
            while state.keptBytes > byteLimit,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                state.entries.removeValue(forKey: oldest)
            }
        }
    }

    /// A network to be published under a name.
    public static func draft(name: String, _ model: NetworkModel) -> ModelDraft {
        let tensors = model.tensors.sorted { $0.key < $1.key }.compactMap { name, tensor in
            tensor.floats.map { TensorData(name, $0, shape: tensor.shape) }
        }
        return ModelDraft(
            name: name, method: method,
            settings: [.init(descriptionSetting, model.description.value.jsonText)],
            tensors: tensors)
    }
}
