/// What `evaluate.run` can measure.
///
/// Of a user, T are the test items and L the list of the best `k` items, the best first, without
/// those of training; `rel(i)` is 1 where the item at place i of L is in T. Every metric of a list
/// is a mean over the users with test items, but ``coverage`` and ``gini``, which look at all lists.
public enum Metric: String, Sendable, CaseIterable {
    /// `|L ∩ T| / k`
    case precision
    /// `|L ∩ T| / |T|`
    case recall
    /// `2 · precision · recall / (precision + recall)` of each user
    case f1
    /// 1 where L has one of T
    case hitRate
    /// `Σ rel(i) / log₂(i + 1)` over what is possible, `Σ 1 / log₂(i + 1)` for i up to
    /// `min(k, |T|)`: binary relevance, as LightGCN (He et al., SIGIR 2020) and NGCF measure it.
    case ndcg
    /// `Σ rel(i) · |L₁…ᵢ ∩ T| / i`, over `min(k, |T|)`
    case map
    /// 1 / place of the first item of T in L, or 0
    case mrr
    /// How probably an item of T has a higher score than one that is neither in T nor in training;
    /// equal scores count half (Rendle et al., "BPR", UAI 2009, section 3). Over all items: no `k`.
    case auc
    /// Items in some list, of all items
    case coverage
    /// How unequally the lists' places are spread over all items: 0 evenly, near 1 where few items
    /// have all (Gini coefficient)
    case gini
    /// Mean of `-log₂(share of the users in training who have the item)` over L (Zhou et al.,
    /// PNAS 2010)
    case novelty
    /// Mean of `1 - cosine` over the pairs in L, items as vectors of the users in training who have
    /// them (Smyth and McClave, ICCBR 2001; Ziegler et al., WWW 2005)
    case diversity
    /// `√ mean (prediction - rating)²` over all test ratings
    case rmse
    /// `mean |prediction - rating|` over all test ratings
    case mae
    /// Share of the test ratings that the prediction gives when rounded to a rating of training
    case accuracy

    /// Whether it compares ratings instead of lists.
    public var isOfRatings: Bool {
        switch self {
        case .rmse, .mae, .accuracy: true
        default: false
        }
    }

    /// Whether it depends on the length of lists.
    public var isAtK: Bool { self != .auc && !isOfRatings }
}
