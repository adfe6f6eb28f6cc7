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
    /// So many are kept; an older one is read again.
    private static let maximumKept = 16

    private struct Entry {
        let id: UInt64
        let model: NetworkModel
        var lastUse: UInt64
    }

    private struct State {
        var entries: [Entry] = []
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    public init() {}

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
            guard let place = state.entries.firstIndex(where: { $0.id == stored.id }) else {
                return nil
            }
            state.entries[place].lastUse = state.clock
            return state.entries[place].model
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
        if !view.isWritable { keep(model, id: stored.id) }
        return model
    }

    private func keep(_ model: NetworkModel, id: UInt64) {
        state.withLock { state in
            state.clock += 1
            state.entries.append(Entry(id: id, model: model, lastUse: state.clock))
            if state.entries.count > Self.maximumKept,
                let oldest = state.entries.indices.min(by: {
                    state.entries[$0].lastUse < state.entries[$1].lastUse
                })
            {
                state.entries.remove(at: oldest)
            }
        }
    }

    /// A network to be published under a name.
    public static func draft(name: String, _ model: NetworkModel) -> ModelDraft {
        var writer = JSONWriter()
        writer.write(model.description.value)
        let tensors = model.tensors.sorted { $0.key < $1.key }.compactMap { name, tensor in
            tensor.floats.map { TensorData(name, $0, shape: tensor.shape) }
        }
        return ModelDraft(
            name: name, method: method,
            settings: [.init(descriptionSetting, writer.string)], tensors: tensors)
    }
}
