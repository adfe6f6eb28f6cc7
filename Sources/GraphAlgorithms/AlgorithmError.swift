/// Why an algorithm stops; everything else that it throws comes from the checkpoint of its monitor
/// or from the store.
public enum AlgorithmError: Error, Sendable, CustomStringConvertible {
    /// A named bound would be passed: which, and what to do.
    case limitExceeded(String)
    /// The graph is not what the algorithm needs, such as a negative weight for Dijkstra.
    case unsuitable(String)

    static let negativeWeight = AlgorithmError.unsuitable(
        "Weights must not be negative; a relationship has one that is.")

    public var description: String {
        switch self {
        case .limitExceeded(let reason), .unsuitable(let reason): reason
        }
    }
}
