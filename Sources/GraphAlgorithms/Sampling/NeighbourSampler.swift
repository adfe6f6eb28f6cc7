public import GraphStore
public import LinearAlgebra
public import Values

/// Which neighbours a sampler draws: the union of some lists, from which it draws together.
///
/// One type in both directions is two lists; so are two types that a model does not tell apart. A
/// relationship from a node to itself stands in the lists of both directions.
public struct SampledRelation: Sendable {
    public struct List: Sendable, Hashable {
        public var type: TypeID
        public var direction: Direction

        public init(_ type: TypeID, _ direction: Direction) {
            self.type = type
            self.direction = direction
        }
    }

    public var lists: [List]
    /// How many neighbours each node gets in hop 1, hop 2 …; -1 is all. Missing hops draw none.
    public var fanOuts: [Int]

    public init(lists: [List], fanOuts: [Int]) {
        self.lists = lists
        self.fanOuts = fanOuts
    }
}

public struct SamplingOptions: Sendable {
    /// Independent draws, exactly as many as the fan-out, even where there are fewer neighbours.
    public var withReplacement = false
    /// A tree of its own for each seed: nodes that several seeds reach are there several times.
    /// Always so where seeds have times.
    public var isDisjoint = false
    /// The relationships' property that holds a time (`GraphView.moments`): seeds then have times,
    /// and only relationships that are not later than the seed's are drawn; those without a time
    /// never are.
    public var timestamp: KeyID?
    /// The latest relationships instead of random ones. Needs `timestamp`.
    public var newestFirst = false
    /// Whether samples say which relationships they drew.
    public var keepsRelationships = false

    public init() {}
}

/// Draws neighbourhoods for graph neural networks from a snapshot, straight from the adjacency.
///
/// Hop 1 draws among the neighbours of the seeds, hop h + 1 among those of every node that hop h
/// found for the first time; a node is expanded once at most. Draws are over relationships, so a
/// neighbour's chance grows with the number of relationships to it. Without replacement
/// min(fan-out, degree) are drawn for each node and relation, every subset equally likely; with
/// replacement exactly as many as the fan-out, none where the degree is 0. These are the rules of
/// PyTorch Geometric with pyg-lib (Hamilton et al., "Inductive representation learning on large
/// graphs", NeurIPS 2017).
///
/// One thread, as the view. The same seed of the random source gives the same sample of the same
/// graph, wherever its lists lie. Cost: a look-up for each node that is expanded, a load for each
/// edge; lists are read as a whole only where all of it is wanted, or its times are.
public final class NeighbourSampler {
    struct Relation {
        var readers: [AdjacencyReader]
        var fanOuts: [Int]
    }

    public let options: SamplingOptions
    let view: GraphView
    let monitor: WorkMonitor
    private let relations: [Relation]
    private let hops: Int
    private var numbers = LocalNumbers()
    var draw = PositionDraw()
    private var degrees: [Int] = []
    /// Drawn entries on their way into a sample.
    private var neighbours: ContiguousArray<NodeID> = []
    private var relationships: ContiguousArray<RelationshipID> = []
    /// Positions within one list.
    private var listPositions: ContiguousArray<Int> = []

    /// More edges than this in one sample are refused.
    public static let maximumEdges = 1 << 28
    private static let expansionsPerCheckpoint = 1_024
    /// Draws with replacement between two checkpoints, which are also sorted together.
    private static let drawsPerPart = 1 << 16

    public init(
        _ view: GraphView, _ relations: [SampledRelation],
        options: SamplingOptions = SamplingOptions(), monitor: WorkMonitor = .none
    ) {
        precondition(!options.newestFirst || options.timestamp != nil, "no time to go by")
        self.view = view
        self.options = options
        self.monitor = monitor
        self.relations = relations.map { relation in
            Relation(
                readers: relation.lists.map { view.adjacency($0.type, $0.direction) },
                fanOuts: relation.fanOuts)
        }
        hops = relations.map(\.fanOuts.count).max() ?? 0
    }

    /// One sample for all seeds together. `times` are the seeds' (nil: no relationship is too
    /// late), in the unit of the timestamp.
    ///
    /// Errors: the checkpoint's; `limitExceeded` past `maximumEdges`.
    public func sample(
        _ seeds: some Collection<NodeID>, times: [Double]? = nil, _ random: inout RandomSource
    ) throws -> NeighbourSample {
        precondition(times == nil || options.timestamp != nil, "no timestamp to compare with")
        precondition(times == nil || times?.count == seeds.count, "a time for each seed")
        // Moved out and back, so that the hot loop has the table to itself.
        var numbers = LocalNumbers()
        swap(&numbers, &self.numbers)
        defer { swap(&numbers, &self.numbers) }
        let isDisjoint = options.isDisjoint || times != nil
        numbers.begin(isDisjoint: isDisjoint)
        var places: ContiguousArray<Int32> = []
        for (place, seed) in seeds.enumerated() {
            places.append(numbers.insert(seed, tree: isDisjoint ? Int32(place) : 0))
        }
        var hopEnds = [numbers.count]
        var edges = Array(repeating: NeighbourSample.Edges(), count: relations.count)
        var total = 0
        var first = 0
        for hop in 0..<hops {
            let frontier = first..<numbers.count
            for (place, relation) in relations.enumerated() {
                let fanOut = hop < relation.fanOuts.count ? relation.fanOuts[hop] : 0
                let before = edges[place].count
                if fanOut != 0 {
                    try expand(
                        frontier, relation, fanOut, times, total, &numbers, &edges[place], &random)
                }
                total += edges[place].count - before
                edges[place].hopEnds.append(edges[place].count)
            }
            first = frontier.upperBound
            hopEnds.append(numbers.count)
        }
        return NeighbourSample(
            nodes: numbers.nodes, hopEnds: hopEnds, seeds: places, trees: numbers.trees,
            edges: edges)
    }

    private func expand(
        _ frontier: Range<Int>, _ relation: Relation, _ fanOut: Int, _ times: [Double]?,
        _ total: Int, _ numbers: inout LocalNumbers, _ edges: inout NeighbourSample.Edges,
        _ random: inout RandomSource
    ) throws {
        let before = edges.count
        for number in frontier {
            if (number &- frontier.lowerBound) % Self.expansionsPerCheckpoint == 0 {
                try monitor.checkpoint()
                if fanOut > 0, edges.count == before {
                    let expected = min(frontier.count &* min(fanOut, 1 << 16), Self.maximumEdges)
                    edges.sources.reserveCapacity(before + min(expected, Self.reservedEdges))
                    edges.targets.reserveCapacity(before + min(expected, Self.reservedEdges))
                }
            }
            let target = Target(
                node: numbers.nodes[number], number: Int32(truncatingIfNeeded: number),
                tree: numbers.tree(number))
            let degree = readDegrees(of: target.node, relation)
            if degree == 0 { continue }
            let room = Self.maximumEdges - (total + edges.count - before)
            if let timestamp = options.timestamp {
                let time = times.map { $0[Int(target.tree)] } ?? .infinity
                let drawn = try timed(
                    target.node, relation, degree: degree, fanOut, timestamp, notAfter: time,
                    room: room, &random)
                append(drawn, to: target, &numbers, &edges)
            } else if fanOut < 0 || !options.withReplacement && fanOut >= degree {
                try require(degree, room)
                appendAll(relation, to: target, &numbers, &edges)
            } else {
                try require(fanOut, room)
                try drawPositions(fanOut, of: degree, &random) {
                    appendDrawn(relation, to: target, &numbers, &edges)
                }
            }
            if numbers.count > Int32.max { throw Self.tooLarge }
        }
    }

    /// That so many more relationships fit: asked before they are drawn.
    func require(_ count: Int, _ room: Int) throws {
        guard count <= room else { throw Self.tooLarge }
    }

    private static var tooLarge: AlgorithmError {
        .limitExceeded(
            "The sample has more than \(maximumEdges) relationships; use smaller fan-outs or "
                + "fewer seeds.")
    }

    private static let reservedEdges = 1 << 20

    // MARK: One node

    struct Target {
        let node: NodeID
        let number: Int32
        let tree: Int32
    }

    /// Entries that were drawn.
    struct Drawn {
        var neighbours: ContiguousArray<NodeID>
        var relationships: ContiguousArray<RelationshipID>
    }

    /// The degree in each of the relation's lists; returns their sum.
    private func readDegrees(of node: NodeID, _ relation: Relation) -> Int {
        degrees.removeAll(keepingCapacity: true)
        var sum = 0
        for reader in relation.readers {
            let degree = reader.degree(node)
            degrees.append(degree)
            sum &+= degree
        }
        return sum
    }

    /// Draws `count` of the positions 0 ..< `length`, as `draw.positions` for `body`: at once
    /// without replacement, which are no more than there are, and else part by part.
    func drawPositions(
        _ count: Int, of length: Int, _ random: inout RandomSource, _ body: () -> Void
    ) throws {
        guard options.withReplacement else {
            draw.drawDistinct(min(count, length), of: length, &random)
            return body()
        }
        var left = count
        while left > 0 {
            let part = min(left, Self.drawsPerPart)
            draw.drawRepeated(part, of: length, &random)
            body()
            left -= part
            if left > 0 { try monitor.checkpoint() }
        }
    }

    private func appendAll(
        _ relation: Relation, to target: Target, _ numbers: inout LocalNumbers,
        _ edges: inout NeighbourSample.Edges
    ) {
        let listOptions: ExpandOptions = options.keepsRelationships ? [] : .withoutRelationships
        for reader in relation.readers {
            reader.forEachRun(of: target.node, options: listOptions) { neighbours, relationships in
                append(neighbours, relationships, to: target, &numbers, &edges)
            }
        }
    }

    private func appendDrawn(
        _ relation: Relation, to target: Target, _ numbers: inout LocalNumbers,
        _ edges: inout NeighbourSample.Edges
    ) {
        let count = read(
            relation, target.node, draw.positions, withRelationships: options.keepsRelationships)
        neighbours.withUnsafeBufferPointer { neighbours in
            relationships.withUnsafeBufferPointer { relationships in
                append(
                    UnsafeBufferPointer(rebasing: neighbours[..<count]),
                    options.keepsRelationships
                        ? UnsafeBufferPointer(rebasing: relationships[..<count])
                        : UnsafeBufferPointer(start: nil, count: 0),
                    to: target, &numbers, &edges)
            }
        }
    }

    private func append(
        _ drawn: Drawn, to target: Target, _ numbers: inout LocalNumbers,
        _ edges: inout NeighbourSample.Edges
    ) {
        drawn.neighbours.withUnsafeBufferPointer { neighbours in
            drawn.relationships.withUnsafeBufferPointer { relationships in
                append(neighbours, relationships, to: target, &numbers, &edges)
            }
        }
    }

    @inline(__always)
    private func append(
        _ neighbours: UnsafeBufferPointer<NodeID>,
        _ relationships: UnsafeBufferPointer<RelationshipID>, to target: Target,
        _ numbers: inout LocalNumbers, _ edges: inout NeighbourSample.Edges
    ) {
        for place in 0..<neighbours.count {
            edges.sources.append(numbers.insert(neighbours[place], tree: target.tree))
        }
        edges.targets.append(contentsOf: repeatElement(target.number, count: neighbours.count))
        if options.keepsRelationships { edges.relationships.append(contentsOf: relationships) }
    }

    /// Reads the entries at positions of the relation's lists laid end to end into `neighbours`
    /// and `relationships`; returns how many.
    private func read(
        _ relation: Relation, _ node: NodeID, _ positions: ContiguousArray<Int>,
        withRelationships: Bool
    ) -> Int {
        let count = positions.count
        if neighbours.count < count {
            neighbours = ContiguousArray(repeating: 0, count: count)
            relationships = ContiguousArray(repeating: 0, count: count)
        }
        var written = 0
        var (first, start) = (0, 0)
        for (place, reader) in relation.readers.enumerated() {
            let end = start + degrees[place]
            var last = first
            while last < count, positions[last] < end { last += 1 }
            if last > first {
                listPositions.removeAll(keepingCapacity: true)
                for position in positions[first..<last] { listPositions.append(position &- start) }
                written += listPositions.withUnsafeBufferPointer { own in
                    neighbours.withUnsafeMutableBufferPointer { neighbours in
                        relationships.withUnsafeMutableBufferPointer { relationships in
                            reader.readEntries(
                                of: node, at: own, neighbours: neighbours.baseAddress! + written,
                                relationships: withRelationships
                                    ? relationships.baseAddress! + written : nil)
                        }
                    }
                }
            }
            (first, start) = (last, end)
        }
        return written
    }

    /// The entries at positions of the relation's lists laid end to end.
    func entries(_ relation: Relation, _ node: NodeID, _ positions: ContiguousArray<Int>) -> Drawn {
        let count = read(relation, node, positions, withRelationships: true)
        return Drawn(
            neighbours: ContiguousArray(neighbours[..<count]),
            relationships: ContiguousArray(relationships[..<count]))
    }
}
