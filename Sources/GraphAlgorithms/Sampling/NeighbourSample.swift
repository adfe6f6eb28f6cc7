public import GraphStore

/// A sampled neighbourhood in local numbers: what a graph neural network computes on.
///
/// ```
/// nodes   │ seeds │ found by hop 1 │ found by hop 2 │        global ids by local number
///         0    hopEnds[0]       hopEnds[1]       hopEnds[2]
///
/// edges   sources  4 5 6   7 4   …     local numbers of the neighbours that were drawn,
/// (each   targets  0 0 0   1 1   …     of the nodes that they were drawn for: ascending,
///  relation)       hop 1 │ hop 2       so that compressed rows are one pass away
/// ```
///
/// `sources` and `targets` are the two rows of PyTorch Geometric's `edge_index`: messages flow from
/// a neighbour to the node that it was drawn for.
public struct NeighbourSample: Sendable {
    /// The edges drawn from one relation, hop after hop.
    public struct Edges: Sendable {
        public var sources: ContiguousArray<Int32> = []
        /// Ascending.
        public var targets: ContiguousArray<Int32> = []
        /// Empty unless the sampler keeps relationships.
        public var relationships: ContiguousArray<RelationshipID> = []
        /// Hop h (from 0) drew the edges from `hopEnds[h - 1]`, or 0, up to `hopEnds[h]`.
        public var hopEnds: [Int] = []

        public var count: Int { sources.count }
    }

    /// The global id of each local number: seeds first, then in the order in which they were found.
    public var nodes: ContiguousArray<NodeID>
    /// Nodes at most h hops away are those below `hopEnds[h]`; hop 0 is the seeds.
    public var hopEnds: [Int]
    /// The local number of each seed that was asked for, in their order: a node that was named
    /// twice is there once, unless the sample is disjoint.
    public var seeds: ContiguousArray<Int32>
    /// In a disjoint sample the seed (its place among those asked for) that each node was found
    /// from; else empty.
    public var trees: ContiguousArray<Int32>
    /// As many as the sampler has relations, in their order.
    public var edges: [Edges]

    public var edgeCount: Int { edges.reduce(0) { $0 + $1.count } }
}
