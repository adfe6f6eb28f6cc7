internal import GraphStore
internal import LinearAlgebra

/// The rows of stages that are right, by node.
///
/// One may lie over another: it then shows that one's rows, without those that were hidden, beside
/// its own, and changes nothing there. Not thread-safe.
final class StageRows {
    private let base: StageRows?
    private var stages: [Stage]
    /// Memory of the own rows, about.
    private(set) var byteCount = 0

    private struct Stage {
        var columns = 0
        var places: [NodeID: Int32] = [:]
        /// Of the base.
        var hidden: Set<NodeID> = []
        var pages: [Matrix] = []
        /// Places in pages that nothing needs.
        var free: ContiguousArray<Int32> = []
    }

    private static let rowsPerPage = 256
    /// What the table takes beside a row.
    private static let placeBytes = 32

    init(stages count: Int, over base: StageRows? = nil) {
        self.base = base
        stages = Array(repeating: Stage(), count: count)
    }

    var isEmpty: Bool { byteCount == 0 }
    /// Own rows.
    var count: Int { stages.reduce(0) { $0 + $1.places.count } }

    func removeAll() {
        stages = Array(repeating: Stage(), count: stages.count)
        byteCount = 0
    }

    // MARK: Reading

    /// Valid until the next change.
    private func row(_ stage: Int, _ node: NodeID) -> UnsafePointer<Float>? {
        if let place = stages[stage].places[node] {
            let page = stages[stage].pages[Int(place) / Self.rowsPerPage]
            return UnsafePointer(page.row(Int(place) % Self.rowsPerPage))
        }
        guard let base, !stages[stage].hidden.contains(node) else { return nil }
        return base.row(stage, node)
    }

    private func has(_ stage: Int, _ node: NodeID) -> Bool {
        if stages[stage].places[node] != nil { return true }
        guard let base, !stages[stage].hidden.contains(node) else { return false }
        return base.has(stage, node)
    }

    /// Those whose rows are to be computed.
    func missing(_ stage: Int, _ nodes: some Sequence<NodeID>) -> ContiguousArray<NodeID> {
        ContiguousArray(nodes.lazy.filter { !self.has(stage, $0) })
    }

    /// Numbers in a row of the stage; 0 where there is none.
    func columns(_ stage: Int) -> Int {
        max(stages[stage].columns, base?.columns(stage) ?? 0)
    }

    /// The nodes' rows, all of which must be there, in their order.
    func gathered(_ stage: Int, _ nodes: some Collection<NodeID>) -> Matrix {
        let matrix = Matrix(rows: nodes.count, columns: columns(stage))
        for (place, node) in nodes.enumerated() {
            guard let row = row(stage, node) else {
                preconditionFailure("a row that should be there")
            }
            matrix.row(place).update(from: row, count: matrix.columns)
        }
        return matrix
    }

    // MARK: Changing

    /// The first rows of a matrix as wide as the stage's other rows become those of nodes that have
    /// none.
    func add(_ rows: Matrix, of nodes: some Collection<NodeID>, to number: Int) {
        precondition(columns(number) == 0 || columns(number) == rows.columns)
        var stage = Stage()
        swap(&stage, &stages[number])
        defer { swap(&stage, &stages[number]) }
        stage.columns = rows.columns
        for (row, node) in nodes.enumerated() {
            if stage.free.isEmpty { addPage(&stage) }
            let place = stage.free.removeLast()
            stage.places[node] = place
            stage.pages[Int(place) / Self.rowsPerPage]
                .row(Int(place) % Self.rowsPerPage)
                .update(from: rows.row(row), count: rows.columns)
        }
    }

    private func addPage(_ stage: inout Stage) {
        let first = Int32(stage.pages.count * Self.rowsPerPage)
        stage.pages.append(Matrix(rows: Self.rowsPerPage, columns: stage.columns))
        stage.free.append(contentsOf: (first..<first + Int32(Self.rowsPerPage)).reversed())
        byteCount +=
            Self.rowsPerPage * (stage.columns * MemoryLayout<Float>.stride)
            + Self.rowsPerPage * Self.placeBytes
    }

    /// The node's row is not right any more. Returns whether there was one.
    func remove(_ node: NodeID, from stage: Int) -> Bool {
        let wasThere = has(stage, node)
        if let place = stages[stage].places.removeValue(forKey: node) {
            stages[stage].free.append(place)
        }
        if wasThere, base != nil { stages[stage].hidden.insert(node) }
        return wasThere
    }
}
