public import GraphStore
public import LinearAlgebra
public import Values

/// The relationships of one type as a sparse matrix: a row for each user, a column for each item,
/// both in the order of their node ids.
///
/// What a method is fitted to. Only nodes with a relationship are in it. Parallel relationships add
/// up their weights, and the latest of their times counts.
public struct InteractionMatrix: Sendable {
    /// By row.
    public let users: [NodeID]
    /// By column.
    public let items: [NodeID]
    /// Weights: the named property, or 1.
    public let matrix: SparseMatrix
    /// By entry, where a property with the time was named.
    public let times: [Double]?
    /// Which relationships they are; nil for those of no graph.
    public let type: TypeID?
    /// Of the snapshot that it was read from; nil for any other.
    public let moment: GraphMoment?

    /// Entries of a matrix, so that places fit Int32: 16 GB of them.
    public static let entryLimit = Int(Int32.max)

    public init(
        users: [NodeID], items: [NodeID], matrix: SparseMatrix, times: [Double]? = nil,
        type: TypeID? = nil,
        moment: GraphMoment? = nil
    ) {
        precondition(users.count == matrix.rows && items.count == matrix.columns)
        precondition(times == nil || times?.count == matrix.count)
        self.users = users
        self.items = items
        self.matrix = matrix
        self.times = times
        self.type = type
        self.moment = moment
    }

    /// Reads all relationships of `type`; users are where they start, or with `.incoming` where they
    /// end.
    ///
    /// Cost: one pass, some 10 to 100 ns a relationship; with properties that are not in memory
    /// more.
    /// Errors: ``MethodError`` past ``entryLimit``; the monitor's.
    public static func read(
        _ view: GraphView, type: TypeID, direction: Direction = .outgoing, weight: KeyID? = nil,
        timestamp: KeyID? = nil, monitor: WorkMonitor = .none
    ) throws -> InteractionMatrix {
        var reader = MatrixReader(view, type, direction, weight, timestamp)
        try reader.read(monitor)
        return reader.finished()
    }

    /// The row of a user, by binary search.
    public func row(of user: NodeID) -> Int? { users.sortedPlace(of: user) }
    public func column(of item: NodeID) -> Int? { items.sortedPlace(of: item) }
}

extension [NodeID] {
    /// Where a node is in an ascending list.
    func sortedPlace(of node: NodeID) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < node { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == node ? low : nil
    }
}

/// Lists one behind the other, numbered when all are known.
private struct MatrixReader {
    private let view: GraphView
    private let type: TypeID
    private let lists: AdjacencyReader
    private let weightKey: KeyID?
    private let timeKey: KeyID?
    private var users: [NodeID] = []
    private var offsets: ContiguousArray<Int> = [0]
    private var neighbours: ContiguousArray<NodeID> = []
    private var weights: ContiguousArray<Float> = []
    private var times: [Double] = []

    init(
        _ view: GraphView, _ type: TypeID, _ direction: Direction, _ weight: KeyID?,
        _ time: KeyID?
    ) {
        self.view = view
        self.type = type
        lists = view.adjacency(type, direction)
        weightKey = weight
        timeKey = time
    }

    mutating func read(_ monitor: WorkMonitor) throws {
        let bound = max(1, view.nodeIDBound)
        let withRelationships = weightKey != nil || timeKey != nil
        var next: NodeID = 0
        while let user = lists.nextNode(from: next) {
            if users.count & 0x3FF == 0 {
                try monitor.checkpoint()
                monitor.report("read", Double(user) / Double(bound))
            }
            read(user, withRelationships)
            guard neighbours.count <= InteractionMatrix.entryLimit else {
                throw MethodError("more than \(InteractionMatrix.entryLimit) interactions")
            }
            next = user + 1
        }
    }

    private mutating func read(_ user: NodeID, _ withRelationships: Bool) {
        var list = ContiguousArray<NodeID>()
        var relationships = ContiguousArray<RelationshipID>()
        lists.forEachRun(of: user, options: withRelationships ? [] : .withoutRelationships) {
            list.append(contentsOf: $0)
            relationships.append(contentsOf: $1)
        }
        guard !list.isEmpty else { return }
        let ownWeights = relationships.withUnsafeBufferPointer { ids in
            weightKey.map { view.numbers($0, of: .relationship, ids, default: 1) }
        }
        let ownTimes = relationships.withUnsafeBufferPointer { ids in
            timeKey.map { view.moments($0, of: .relationship, ids) }
        }
        for place in list.indices {
            let weight = Float(ownWeights?[place] ?? 1)
            if place > 0, list[place] == list[place - 1] {
                weights[weights.count - 1] += weight
                if let ownTimes {
                    times[times.count - 1] = max(times[times.count - 1], ownTimes[place])
                }
            } else {
                neighbours.append(list[place])
                weights.append(weight)
                if let ownTimes { times.append(ownTimes[place]) }
            }
        }
        users.append(user)
        offsets.append(neighbours.count)
    }

    func finished() -> InteractionMatrix {
        let items = numbered(neighbours)
        return InteractionMatrix(
            users: users, items: items.nodes,
            matrix: SparseMatrix(
                rows: users.count, columns: items.nodes.count, offsets: offsets,
                indices: items.numbers, values: weights),
            times: timeKey == nil ? nil : times, type: type, moment: view.moment)
    }

    /// The distinct nodes in ascending order, and the place of each.
    private func numbered(_ list: ContiguousArray<NodeID>)
        -> (nodes: [NodeID], numbers: ContiguousArray<Int32>)
    {
        let index = NodeIndex(below: view.nodeIDBound)
        var numbers = ContiguousArray<Int32>()
        numbers.reserveCapacity(list.count)
        for node in list { numbers.append(Int32(truncatingIfNeeded: index.insert(node))) }
        let order = index.nodes.indices.sorted { index.nodes[$0] < index.nodes[$1] }
        var rank = [Int32](repeating: 0, count: order.count)
        for (place, number) in order.enumerated() { rank[number] = Int32(place) }
        for place in numbers.indices { numbers[place] = rank[Int(numbers[place])] }
        return (order.map { index.nodes[$0] }, numbers)
    }
}
