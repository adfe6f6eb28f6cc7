public import GraphStore
public import Values

/// The estimates of a plan that depended on parameters' values. Values for which they come out
/// alike are served well by the same plan.
public struct ParameterEstimates: Sendable {
    private var estimates: [PropertyEstimate] = []

    public init() {}

    public var isEmpty: Bool { estimates.isEmpty }

    /// Further ones than there are buckets for are not looked at.
    mutating func add(_ estimate: PropertyEstimate) {
        guard estimates.count < EstimateBuckets.capacity,
            !estimates.contains(where: estimate.isLike)
        else { return }
        estimates.append(estimate)
    }

    /// The estimates for values of the parameters. Cost: a look-up of statistics and one or two
    /// binary searches for each, one or two microseconds.
    public func buckets(_ parameters: ValueMap, _ view: GraphView) -> EstimateBuckets {
        var buckets = EstimateBuckets()
        for estimate in estimates {
            let statistics = view.statistics(
                of: estimate.property, estimate.entity, estimate.labelOrType)
            buckets.append(statistics.flatMap { estimate.share($0, parameters) })
        }
        return buckets
    }
}

/// Estimates on a scale of powers of eight: another plan is worth while where one changes by an
/// order of magnitude, and hardly before.
public struct EstimateBuckets: Hashable, Sendable {
    static let capacity = 16
    private static let bits = 4
    /// The last bucket is that of what is not known.
    private static let unknown = UInt64(15)

    private var packed: UInt64 = 0
    private var count = 0

    /// `share`: from 0 to 1; nil where it is not known.
    mutating func append(_ share: Double?) {
        var bucket = Self.unknown
        if let share {
            let halvings = share > 0 ? max(0, -Int(share.exponent) - 1) : .max
            bucket = min(UInt64(halvings / 3), Self.unknown - 1)
        }
        packed |= bucket << UInt64(count * Self.bits)
        count += 1
    }

    /// How far apart two plans' estimates are: the sum over the buckets.
    public func distance(to other: EstimateBuckets) -> Int {
        (0..<count).reduce(0) { sum, place in
            let shift = UInt64(place * Self.bits)
            let (one, two) = (packed >> shift & Self.unknown, other.packed >> shift & Self.unknown)
            return sum + abs(Int(one) - Int(two))
        }
    }
}
