// # Recommend
//
// Recommendation as plain kernels over one snapshot of the graph: no Cypher, no models kept
// outside of the store, nothing that a commit could make stale. `Starling` gives each a signature
// that `CALL` can use.
//
// Users and items are whatever nodes a relationship type joins. ``Interactions`` reads them as
// sparse vectors; ``CommonSums`` adds up what one vector shares with others, and
// ``SimilarityMeasure`` makes a similarity of a handful of sums. `neighbours` and `userKNN` go from
// one user to all who share an item, and a ``Ballot`` counts the votes of the nearest; `itemKNN`
// goes from the owners of the user's items to theirs, and an ``ItemScorer`` compares each candidate
// that can be among the best with all of the user's items at once.
// `randomWalk` and `slopeOne` (Live) go the same ways. Popularity, trends and sessions need no
// vectors; Content compares items by what they are. An ``ItemFilter`` is asked inside each search.
// Hybrid makes one list of several and looks at it a second time.
//
// Methods that are fitted beforehand (Models, ClosedForm, Factorisation) read the user's side live;
// of `itemKNN` the item side follows commits too: see ``CurrentItemRows``.
//
// Evaluation keeps interactions from training (``Split``, ``HeldOut``), makes lists of all test
// users in blocks (``TopLists``) and measures them (``RankingMetrics``, ``RatingMetrics``).
//
// Invariants: every answer is exact for the view that it is given, the order is by score and then
// by node id, and so two calls on one snapshot agree to the last bit.
