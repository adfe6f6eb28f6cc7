// # Recommend
//
// Recommendation as plain kernels over one snapshot of the graph: no Cypher, no models kept
// outside of the store, nothing that a commit could make stale. `Starling` gives each a signature
// that `CALL` can use.
//
// Users and items are whatever nodes a relationship type joins. ``Interactions`` reads them as
// sparse vectors; ``SimilarityMeasure`` compares two vectors from a handful of sums;
// `neighbours`, `userKNN` and `itemKNN` are three uses of these. ``GraphView/popularItems(type:items:weight:decay:k:isExcluded:checkpoint:)``
// needs no vectors at all.
//
// Invariants: every answer is exact for the view that it is given, the order is by score and then
// by node id, and so two calls on one snapshot agree to the last bit.
