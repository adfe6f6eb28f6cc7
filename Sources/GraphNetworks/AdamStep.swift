/// One step of Adam (Kingma and Ba, ICLR 2015), with PyTorch's defaults and its place of ε:
///
/// `m = β₁m + (1-β₁)g`, `v = β₂v + (1-β₂)g²`, `p -= η / (1-β₁ᵗ) · m / (√v / √(1-β₂ᵗ) + ε)`
struct AdamStep {
    private static let firstDecay: Float = 0.9
    private static let secondDecay: Float = 0.999
    private static let epsilon: Float = 1e-8
    private static let lanes = 8

    private let rate: Float
    private let rootCorrection: Float

    /// The step with number `number`, from 1.
    init(number: Int, learningRate: Float) {
        func power(_ base: Float) -> Double {
            var product = 1.0
            var factor = Double(base)
            var exponent = number
            while exponent > 0 {
                if exponent & 1 == 1 { product *= factor }
                factor *= factor
                exponent >>= 1
            }
            return product
        }
        rate = Float(Double(learningRate) / (1 - power(Self.firstDecay)))
        rootCorrection = Float(1 / (1 - power(Self.secondDecay)).squareRoot())
    }

    /// Updates `count` parameters and their two moments.
    @inline(__always)
    func update(
        _ parameters: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
        first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int
    ) {
        var place = 0
        while place &+ Self.lanes <= count {
            let g = load(gradient, place)
            let m = load(first, place) * Self.firstDecay + g * (1 - Self.firstDecay)
            let v = load(second, place) * Self.secondDecay + g * g * (1 - Self.secondDecay)
            let root = v.squareRoot() * rootCorrection + Self.epsilon
            store(m, first, place)
            store(v, second, place)
            store(load(parameters, place) - rate * m / root, parameters, place)
            place &+= Self.lanes
        }
        while place < count {
            let g = gradient[place]
            let m = first[place] * Self.firstDecay + g * (1 - Self.firstDecay)
            let v = second[place] * Self.secondDecay + g * g * (1 - Self.secondDecay)
            first[place] = m
            second[place] = v
            parameters[place] -= rate * m / (v.squareRoot() * rootCorrection + Self.epsilon)
            place &+= 1
        }
    }

    @inline(__always)
    private func load(_ pointer: UnsafePointer<Float>, _ place: Int) -> SIMD8<Float> {
        UnsafeRawPointer(pointer + place).loadUnaligned(as: SIMD8<Float>.self)
    }

    @inline(__always)
    private func store(
        _ vector: SIMD8<Float>, _ pointer: UnsafeMutablePointer<Float>, _ place: Int
    ) {
        UnsafeMutableRawPointer(pointer + place).storeBytes(of: vector, as: SIMD8<Float>.self)
    }
}
