// # GraphAlgorithms
//
// Sampling, walks and features of nodes over one snapshot of the graph, under the names that Neo4j's
// Graph Data Science library gave them. No projection: an algorithm reads the view that it is
// given, so nothing can be stale.
//
// ```
// Sampling   NeighbourSampler ── NeighbourSample      straight from the adjacency, a few
// Walks      RandomWalks over LiveWalkGraph           nodes at a time: request paths
//                         └── over TopologyWalkGraph
// Graph      GraphDefinition ── read ── Topology      a part of the graph in compressed rows, read
// Features   PageRank, FastRP, Louvain, …             anew by each call: whole-graph work
// Export     Subgraph ── files for NumPy and CSV
// ```
//
// Invariants: a random source's seed decides every answer, wherever the lists lie and however many
// threads there are; what takes long asks its monitor whether to go on; numbers of nodes are places
// in a topology or sample, never ids.
