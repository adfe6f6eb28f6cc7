import Testing

@testable import Values

/// Rounding by the number against rounding by its digits.
@Suite struct RoundingTests {
    @Test(arguments: [DecimalDigits.Mode.halfUp, .halfDown, .halfEven, .up, .floor])
    func agreesWithTheDigits(_ mode: DecimalDigits.Mode) {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<4_000 {
            let places = Int.random(in: 0...4, using: &generator)
            let power = [1, 10, 100, 1_000, 10_000][places]
            // Few digits behind the point, so that ties are common, and numbers right beside them.
            let written =
                Double(Int.random(in: -60_000...60_000, using: &generator)) / Double(power)
            for number in [written, written.nextUp, written.nextDown, written * 1e9] {
                for precision in [0, 1, 2, 3, 11] {
                    var decimal = DecimalDigits(shortest: number.description)
                    decimal.round(toPrecision: precision, mode)
                    let rounded = number.rounded(toPrecision: precision, mode)
                    #expect(
                        rounded == decimal.value && rounded.sign == decimal.value.sign,
                        "\(number) to \(precision): \(rounded), \(decimal.value)")
                }
            }
        }
    }

    @Test func wholeNumbersRoundTiesUpwards() {
        let expected: [(Double, Double)] = [
            (2.5, 3), (-2.5, -2), (0.49999999999999994, 0), (0x1p52 + 1, 0x1p52 + 1),
        ]
        for (number, rounded) in expected { #expect(number.roundedToWhole == rounded) }
    }
}
