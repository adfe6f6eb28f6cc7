// # GraphAlgorithms
//
// Sampling, walks and features of nodes over one snapshot of the graph, under the names that Neo4j's
// Graph Data Science library gave them. No projection: an algorithm reads the view that it is
// given, so nothing can be stale.
