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
