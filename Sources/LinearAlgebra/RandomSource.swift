import Foundation

/// A sequence of pseudo-random numbers that depends on its seed alone: xoshiro256** (Blackman and
/// Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded by SplitMix64.
public struct RandomSource: RandomNumberGenerator, Sendable {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64
    private var spare: Double?

    public init(seed: UInt64) {
        var state = seed
        func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        a = next()
        b = next()
        c = next()
        d = next()
    }

    /// A sequence of its own for part `part` of work that was seeded with `seed`.
    public init(seed: UInt64, part: UInt64) {
        self.init(seed: seed &+ part &* 0xD134_2543_DE82_EF95)
    }

    @inline(__always)
    public mutating func next() -> UInt64 {
        let product = b &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = b << 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = (d << 45) | (d >> 19)
        return result
    }

    /// A whole number from 0 below `bound`, which is above 0: Lemire's multiplication, exact.
    @inline(__always)
    public mutating func next(below bound: Int) -> Int {
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// From 0 below 1, in steps of 2⁻⁵³.
    @inline(__always)
    public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// From the standard normal distribution: Marsaglia's polar method.
    public mutating func nextNormal() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        while true {
            let x = 2 * nextUnit() - 1
            let y = 2 * nextUnit() - 1
            let square = x * x + y * y
            if square > 0, square < 1 {
                let factor = (-2 * log(square) / square).squareRoot()
                spare = y * factor
                return x * factor
            }
        }
    }

    /// A random order of 0 ..< count.
    public mutating func permutation(_ count: Int) -> [Int32] {
        var order = (0..<Int32(count)).map { $0 }
        for place in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(place, next(below: place + 1))
        }
        return order
    }
}
