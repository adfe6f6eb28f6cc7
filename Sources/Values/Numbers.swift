/// Comparisons between integers and floats that are exact where a conversion would round.
enum Numbers {
    /// 2^63, the first float above every Int64.
    private static let limit = 9_223_372_036_854_775_808.0

    static func areEqual(_ integer: Int64, _ float: Double) -> Bool {
        Int64(exactly: float) == integer
    }

    /// The order of an integer and a float that is not NaN: -1, 0 or 1.
    static func order(_ integer: Int64, _ float: Double) -> Int {
        if float >= limit { return -1 }
        if float < -limit { return 1 }
        let whole = Int64(float.rounded(.towardZero))
        if integer != whole { return integer < whole ? -1 : 1 }
        let fraction = float - Double(whole)
        return fraction == 0 ? 0 : (fraction > 0 ? -1 : 1)
    }

    @inline(__always)
    static func order<Number: Comparable>(_ left: Number, _ right: Number) -> Int {
        left == right ? 0 : (left < right ? -1 : 1)
    }

    /// All floats in one line: NaN is above infinity and equal to itself.
    static func totalOrder(_ left: Double, _ right: Double) -> Int {
        if left < right { return -1 }
        if left > right { return 1 }
        if left == right { return 0 }
        return order(left.isNaN ? 1 : 0, right.isNaN ? 1 : 0)
    }

    static func areEquivalent(_ left: Double, _ right: Double) -> Bool {
        left == right || (left.isNaN && right.isNaN)
    }
}
