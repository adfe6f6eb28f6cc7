internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import Values

/// One network with the rows of its stages, which follow every commit. Thread-safe: one call at a
/// time.
final class CurrentNetwork: @unchecked Sendable {
    // Sendable: what changes is touched only by the thread whose turn it is.
    let model: NetworkModel
    private let inputs: GraphInputs
    private let stages: NetworkStages
    private let turn = Turn()
    private let rows: StageRows
    /// As of when the rows are right; nil: they are not, and all go.
    private var moment: GraphMoment?
    private var recent = RecentChanges()

    /// What a call has done.
    struct Report {
        /// Rows of layers.
        var computed = 0
        /// Those that stay, with those of inputs.
        var rows = 0
        var byteCount = 0
    }

    /// There are more rows than there may be.
    struct TooManyRows: Error {}

    init(_ model: NetworkModel, _ inputs: GraphInputs) {
        self.model = model
        self.inputs = inputs
        stages = NetworkStages(model)
        rows = StageRows(stages: stages.stages.count)
    }

    /// The network's result for each node on the view's whole graph, in their order.
    ///
    /// `allow` throws ``TooManyRows`` where rows of so many bytes are too much: rows of earlier calls
    /// go then, and if the call's own are still too many, it fails.
    /// Errors: ``NetworkError/input(_:)``, the store's and the monitor's.
    func embeddings(
        of nodes: [NodeID], in view: GraphView, monitor: WorkMonitor,
        allow: @escaping (_ bytes: Int) throws -> Void
    ) throws -> (rows: Matrix, report: Report) {
        try turn.take(monitor) {
            if !rows.isEmpty {
                do {
                    return try attempt(nodes, view, monitor, allow)
                } catch is TooManyRows { forget() }
            }
            do { return try attempt(nodes, view, monitor, allow) } catch is TooManyRows {
                forget()
                throw NetworkError.input(
                    "What these nodes' results depend on does not fit into the memory for it: ask "
                        + "for fewer nodes, or sample neighbours.")
            }
        }
    }

    private func forget() {
        moment = nil
        rows.removeAll()
        recent.removeAll()
    }

    private func attempt(
        _ nodes: [NodeID], _ view: GraphView, _ monitor: WorkMonitor,
        _ allow: @escaping (Int) throws -> Void
    ) throws -> (rows: Matrix, report: Report) {
        var shown = rows
        if try !follow(view) {
            shown = StageRows(stages: stages.stages.count)
            if let changes = try difference(of: view) {
                shown = StageRows(stages: stages.stages.count, over: rows)
                pass(view, shown, monitor).remove(changes)
            }
        }
        let pass = pass(view, shown, monitor) { [rows] in
            try allow(shown === rows ? rows.byteCount : rows.byteCount + shown.byteCount)
        }
        let results = try pass.results(of: nodes)
        return (
            results,
            Report(computed: pass.computed, rows: rows.count, byteCount: rows.byteCount)
        )
    }

    private func pass(
        _ view: GraphView, _ rows: StageRows, _ monitor: WorkMonitor,
        didGrow: @escaping () throws -> Void = {}
    ) -> IncrementalPass {
        IncrementalPass(stages, inputs, view, rows, monitor: monitor, didGrow: didGrow)
    }

    // MARK: Following commits

    /// Brings the rows to the view's moment: those that have changed since go. False where the view
    /// is of an earlier moment, or sees what is not committed.
    private func follow(_ view: GraphView) throws -> Bool {
        guard let now = view.moment else { return false }
        guard let before = moment else {
            forget()
            moment = now
            return true
        }
        if before == now { return true }
        guard before.isUpTo(now) else { return false }
        // Where following fails, the next call begins anew.
        moment = nil
        if let changes = try InputChanges(inputs, of: model, in: view, since: before) {
            pass(view, rows, .none).remove(changes)
            recent.append(changes, from: before)
        } else {
            forget()
        }
        moment = now
        return true
    }

    /// What is different in a view that cannot be followed; nil where that is not known.
    private func difference(of view: GraphView) throws -> InputChanges? {
        guard let moment else { return nil }
        if let own = view.moment { return recent.since(own) }
        return try InputChanges(inputs, of: model, in: view, since: moment)
    }
}
