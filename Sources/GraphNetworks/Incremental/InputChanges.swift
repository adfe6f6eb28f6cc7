internal import GraphAlgorithms
internal import GraphStore

/// The nodes whose inputs to a network have changed between two moments: where recomputing begins.
struct InputChanges {
    /// Another vector.
    private(set) var features: Set<NodeID> = []
    /// Another label among those that are types.
    private(set) var types: Set<NodeID> = []
    /// Other neighbours, or other weights of theirs.
    private(set) var neighbours: Set<NodeID> = []

    var count: Int { features.count + types.count + neighbours.count }

    /// Nothing.
    init() {}

    /// What the view sees otherwise than it was at an earlier moment; nil where that is not known.
    init?(
        _ inputs: GraphInputs, of model: NetworkModel, in view: GraphView, since moment: GraphMoment
    ) throws {
        if model.readsFeatures, let key = inputs.features {
            guard let changed = view.nodesChanged(property: key, since: moment) else { return nil }
            features = Set(changed)
        }
        if model.readsNodeTypes {
            for label in inputs.labels {
                guard let changed = view.nodesChanged(label: label, since: moment) else {
                    return nil
                }
                types.formUnion(changed)
            }
        }
        let weight = model.readsEdgeWeights ? inputs.weight : nil
        let lists = inputs.relations.flatMap(\.lists)
        for type in Set(lists.map(\.type)) {
            let ends = try view.relationshipsChanged(type, property: weight, since: moment)
            guard let ends else { return nil }
            for list in lists where list.type == type {
                neighbours.formUnion(
                    ends.lazy.map { list.direction == .outgoing ? $0.start : $0.end })
            }
        }
    }

    mutating func formUnion(_ other: InputChanges) {
        features.formUnion(other.features)
        types.formUnion(other.types)
        neighbours.formUnion(other.neighbours)
    }
}

/// What has changed lately, so that those who read an older snapshot find out. Bounded: the oldest
/// is forgotten first.
struct RecentChanges {
    private struct Step {
        /// Nothing before this moment is in the step or a later one.
        let begin: GraphMoment
        let changes: InputChanges
    }

    private var steps: [Step] = []
    private var count = 0

    /// Nodes that are remembered.
    private static let limit = 65_536
    /// Steps that are.
    private static let stepLimit = 4_096

    mutating func append(_ changes: InputChanges, from begin: GraphMoment) {
        steps.append(Step(begin: begin, changes: changes))
        count += changes.count
        guard count > Self.limit || steps.count > Self.stepLimit else { return }
        // Half at once, so that the rest is seldom moved.
        var kept = 0
        while kept < steps.count, count > Self.limit / 2 || steps.count - kept > Self.stepLimit / 2
        {
            count -= steps[kept].changes.count
            kept += 1
        }
        steps.removeFirst(kept)
    }

    mutating func removeAll() { self = RecentChanges() }

    /// What has changed after a moment, and perhaps a little before it; nil where it is forgotten.
    func since(_ moment: GraphMoment) -> InputChanges? {
        guard let first = steps.lastIndex(where: { $0.begin.isUpTo(moment) }) else { return nil }
        var all = InputChanges()
        for step in steps[first...] { all.formUnion(step.changes) }
        return all
    }
}
