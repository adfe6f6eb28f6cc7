/// The decimal digits of a float: `0.DIGITS × 10^scale`. Rounding works on the digits that people
/// read, not on the binary fraction behind them, so that `round(1.005, 2)` is 1.01.
struct DecimalDigits {
    /// ASCII digits without zeros at either end; one zero stands for zero.
    private(set) var digits: [UInt8]
    private(set) var scale: Int
    let isNegative: Bool

    /// `text` is Swift's shortest text of a finite number.
    init(shortest text: String) {
        var digits: [UInt8] = []
        var exponent = 0
        var pointPlace: Int?
        var bytes = text.utf8[...]
        isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { bytes.removeFirst() }
        while let byte = bytes.popFirst() {
            if byte == UInt8(ascii: "e") {
                exponent = Int(Substring(bytes)) ?? 0
                break
            }
            if byte == UInt8(ascii: ".") { pointPlace = digits.count } else { digits.append(byte) }
        }
        self.digits = digits
        scale = (pointPlace ?? digits.count) + exponent
        normalise()
    }

    private mutating func normalise() {
        while digits.count > 1, digits.first == UInt8(ascii: "0") {
            digits.removeFirst()
            scale -= 1
        }
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
    }

    enum Mode: String {
        case up = "UP"
        case down = "DOWN"
        case ceiling = "CEILING"
        case floor = "FLOOR"
        case halfUp = "HALF_UP"
        case halfDown = "HALF_DOWN"
        case halfEven = "HALF_EVEN"

        var isToNearest: Bool {
            switch self {
            case .halfUp, .halfDown, .halfEven: true
            case .up, .down, .ceiling, .floor: false
            }
        }
    }

    /// Keeps `precision` digits behind the point.
    mutating func round(toPrecision precision: Int, _ mode: Mode) {
        let kept = scale + precision
        guard kept < digits.count else { return }
        let removed = kept < 0 ? [UInt8(ascii: "0")] + digits : Array(digits[kept...])
        digits = kept <= 0 ? [UInt8(ascii: "0")] : Array(digits[..<kept])
        // With nothing kept, the single zero stands right before the first removed digit.
        if kept <= 0 { scale = 1 - precision }
        if mode.roundsAway(removed, lastKept: digits[digits.count - 1], isNegative: isNegative) {
            increment()
        }
        normalise()
    }

    private mutating func increment() {
        var place = digits.count - 1
        while place >= 0 {
            if digits[place] < UInt8(ascii: "9") {
                digits[place] += 1
                return
            }
            digits[place] = UInt8(ascii: "0")
            place -= 1
        }
        digits.insert(UInt8(ascii: "1"), at: 0)
        scale += 1
    }

    var value: Double {
        let sign = isNegative ? "-" : ""
        return Double("\(sign)0.\(String(decoding: digits, as: UTF8.self))e\(scale)") ?? .nan
    }
}

extension Double {
    /// Rounded to digits behind the point, ties away from zero: `round(number, precision)`.
    public func rounded(toPrecision precision: Int) -> Double {
        rounded(toPrecision: precision, .halfUp)
    }

    /// Rounded to a whole number, ties upwards: `round(number)`.
    @inlinable public var roundedToWhole: Double {
        // From 2^52 on every float is whole, and adding a half would round it.
        guard magnitude < 0x1p52 else { return self }
        let floor = rounded(.down)
        return self - floor >= 0.5 ? floor + 1 : floor
    }

    /// What is not finite stays as it is.
    func rounded(toPrecision precision: Int, _ mode: DecimalDigits.Mode) -> Double {
        guard isFinite else { return self }
        if let rounded = clearlyRounded(toPrecision: precision, mode) { return rounded }
        var decimal = DecimalDigits(shortest: description)
        // No float has more than 1,074 digits behind the point.
        decimal.round(toPrecision: Swift.min(precision, 1_100), mode)
        return decimal.value
    }

    /// The same without the digits, where it is clear what they would say: a number moved by
    /// `precision` places is off by less than a thousandth, and further than that from a tie. A
    /// whole number divided by a power of ten, both exact, is the float nearest to those digits.
    private func clearlyRounded(toPrecision precision: Int, _ mode: DecimalDigits.Mode) -> Double? {
        guard mode.isToNearest, Self.powersOfTen.indices.contains(precision) else { return nil }
        let power = Self.powersOfTen[precision]
        let moved = self * power
        guard moved.magnitude < 0x1p40 else { return nil }
        let fraction = moved.magnitude - moved.magnitude.rounded(.down)
        if (fraction - 0.5).magnitude > 0.001 { return moved.rounded() / power }
        // Nothing has moved, so a tie is one.
        guard precision == 0, fraction == 0.5 else { return nil }
        return switch mode {
        case .halfUp: rounded(.toNearestOrAwayFromZero)
        case .halfDown: rounded(.towardZero)
        default: rounded(.toNearestOrEven)
        }
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
    ]
}

extension DecimalDigits.Mode {
    fileprivate func roundsAway(
        _ removed: [UInt8], lastKept: UInt8, isNegative: Bool
    ) -> Bool {
        let isExact = removed.allSatisfy { $0 == UInt8(ascii: "0") }
        let first = removed[0]
        let isTie =
            first == UInt8(ascii: "5")
            && removed.dropFirst().allSatisfy { $0 == UInt8(ascii: "0") }
        let isAboveHalf = first >= UInt8(ascii: "5") && !isTie
        return switch self {
        case .up: !isExact
        case .down: false
        case .ceiling: !isExact && !isNegative
        case .floor: !isExact && isNegative
        case .halfUp: isAboveHalf || isTie
        case .halfDown: isAboveHalf
        case .halfEven: isAboveHalf || (isTie && lastKept % 2 == 1)
        }
    }
}
