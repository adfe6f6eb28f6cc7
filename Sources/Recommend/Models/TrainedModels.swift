public import GraphStore
import Synchronization

/// Models that were read from the database, kept while there is room: scoring wants them in memory.
///
/// Each snapshot gets the model that it sees, by the model's id. Any thread.
public final class TrainedModels: Sendable {
    private struct Entry {
        let model: TrainedModel
        let byteCount: Int
        var lastUse: UInt64
        /// With the items of the snapshot of this id.
        var extended: (model: TrainedModel, snapshotID: UInt64)?
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var clock: UInt64 = 0
    }

    /// Of all models that are kept, by default. A larger one is read for each call, which is right
    /// and slow.
    public static let standardByteLimit = 2 << 30

    private let byteLimit: Int
    private let state = Mutex(State())

    public init(byteLimit: Int = standardByteLimit) { self.byteLimit = byteLimit }

    /// The model, with the items that have come into the snapshot, see ``TrainedModel/extended(in:)``.
    ///
    /// Errors: ``MethodError`` where there is no such model; the store's.
    public func model(named name: String, _ view: GraphView) throws -> TrainedModel {
        guard let stored = try view.model(named: name) else {
            let names = try view.models().map(\.name)
            throw MethodError(
                "there is no model '\(name)'; "
                    + (names.isEmpty
                        ? "make one with CALL model.fit"
                        : "there are " + names.joined(separator: ", ")))
        }
        let kept = state.withLock { state -> Entry? in
            state.clock += 1
            state.entries[stored.id]?.lastUse = state.clock
            return state.entries[stored.id]
        }
        if let extended = kept?.extended, extended.snapshotID == view.snapshotID, !view.isWritable {
            return extended.model
        }
        let model = try kept?.model ?? TrainedModel(stored, view)
        let extended = try model.extended(in: view)
        // A model of an uncommitted transaction may never exist.
        if !view.isWritable { keep(model, (extended, view.snapshotID), stored) }
        return extended
    }

    private func keep(
        _ model: TrainedModel, _ extended: (model: TrainedModel, snapshotID: UInt64),
        _ stored: StoredModel
    ) {
        guard stored.byteCount <= byteLimit else { return }
        state.withLock { state in
            state.clock += 1
            state.entries[stored.id] = Entry(
                model: model, byteCount: stored.byteCount, lastUse: state.clock,
                extended: extended)
            while state.entries.values.reduce(0, { $0 + $1.byteCount }) > byteLimit,
                let oldest = state.entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
            {
                state.entries.removeValue(forKey: oldest)
            }
        }
    }
}
