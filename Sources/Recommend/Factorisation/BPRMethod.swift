import Foundation
import GraphStore
import LinearAlgebra
import Values

/// Factors that rank what a user has above what the user does not have.
///
/// Steps run on all processors and yet give the same bits: users and items are dealt into blocks,
/// and steps at one time are in blocks that share neither users nor items (Gemulla et al.,
/// "Large-Scale Matrix Factorization with Distributed Stochastic Gradient Descent", KDD 2011). The
/// negative item is drawn from the block of the positive one; blocks are dealt anew in each epoch.
public struct BPRMethod: RecommenderMethod {
    public static let name = "bpr"
    public static let description = """
        Ranks by factors that gradient descent finds for pairs of an item i that the user has and \
        an item j that the user does not have. score(u, i) = b(i) + p(u) · q(i), minimising \
        Σ -ln σ(score(u, i) - score(u, j)) + λ/2 (squared parameters). Rendle et al., "BPR: \
        Bayesian Personalized Ranking from Implicit Feedback", UAI 2009. New users: descent over \
        their items, items' factors fixed.
        """
    public static let options: [MethodOption] =
        [.integer("factors", 64, in: 1...4096, "how many factors a user and an item have")]
        + GradientSteps.options(epochs: 100, rate: 0.05, regularization: 0.01) + [
            .choice(
                "negatives", "uniform", among: ["uniform", "popularity"],
                "how items that the user does not have are drawn"),
            .number(
                "deviation", 0.1, in: 0...100, "the standard deviation of factors at the start"),
            .seed,
        ]

    private let options: MethodOptions

    public init(_ options: MethodOptions) { self.options = options }

    public func fit(_ interactions: InteractionMatrix, _ training: Training) throws
        -> any FittedModel
    {
        let matrix = interactions.matrix
        let seed = UInt64(options.integer("seed"))
        let steps = GradientSteps(options)
        let byPopularity = options.choice("negatives") == "popularity"
        var random = RandomSource(seed: seed)
        let (count, deviation) = (options.integer("factors"), options.float("deviation"))
        let users = Matrix.factors(rows: matrix.rows, count, deviation: deviation, &random)
        let items = Matrix.factors(rows: matrix.columns, count, deviation: deviation, &random)
        let biases = Matrix(rows: matrix.columns, columns: 1)
        let popularity = ContiguousArray(matrix.indices)
        func model() -> BPRModel {
            BPRModel(
                userFactors: users.copy(), itemFactors: items.copy(), itemBiases: biases.array,
                steps: steps, seed: seed, drawn: byPopularity ? popularity : [])
        }
        try training.forEachEpoch(steps.epochs, model: model) { epoch in
            let blocks = InteractionBlocks(matrix, &random)
            let sweep = BPRSweep(
                matrix: matrix, blocks: blocks, users: users, items: items, biases: biases,
                steps: steps, byPopularity: byPopularity, seed: seed &+ UInt64(epoch) << 32)
            return try sweep.run(training.monitor)
        }
        return model()
    }

    public static func restore(_ stored: TensorReader) throws -> any FittedModel {
        BPRModel(
            userFactors: try stored.matrix("userFactors"),
            itemFactors: try stored.matrix("itemFactors"),
            itemBiases: try stored.floats("itemBiases"), steps: GradientSteps(stored.options),
            seed: UInt64(stored.options.integer("seed")),
            drawn: ContiguousArray(try stored.int32s("drawn")))
    }
}

/// Interactions by blocks of users and blocks of items, dealt at random.
struct InteractionBlocks {
    /// Of users, and of items.
    let count: Int
    /// The items of each block.
    let items: [[Int32]]
    /// By block of users, then block of items: (user, item).
    let pairs: [[(user: Int32, item: Int32)]]

    private static let limit = 16
    /// Smaller blocks have too few negatives.
    private static let smallest = 128

    init(_ matrix: SparseMatrix, _ random: inout RandomSource) {
        let count = max(
            1, min(Self.limit, matrix.rows / Self.smallest, matrix.columns / Self.smallest))
        let userOrder = random.permutation(matrix.rows)
        let itemOrder = random.permutation(matrix.columns)
        var blockOfItem = [Int](repeating: 0, count: matrix.columns)
        var items = [[Int32]](repeating: [], count: count)
        for (place, item) in itemOrder.enumerated() {
            blockOfItem[Int(item)] = place % count
            items[place % count].append(item)
        }
        var pairs = [[(user: Int32, item: Int32)]](repeating: [], count: count * count)
        for block in pairs.indices { pairs[block].reserveCapacity(matrix.count / pairs.count) }
        for (place, user) in userOrder.enumerated() {
            for entry in matrix.range(Int(user)) where matrix.values[entry] > 0 {
                let item = matrix.indices[entry]
                pairs[place % count * count + blockOfItem[Int(item)]].append((user, item))
            }
        }
        self.count = count
        self.items = items
        self.pairs = pairs
    }
}

/// One epoch: as many steps as there are interactions.
private struct BPRSweep {
    let matrix: SparseMatrix
    let blocks: InteractionBlocks
    let users: Matrix
    let items: Matrix
    let biases: Matrix
    let steps: GradientSteps
    let byPopularity: Bool
    let seed: UInt64

    /// Returns the mean loss.
    func run(_ monitor: WorkMonitor) throws -> Double {
        let losses = Matrix(rows: blocks.count * blocks.count, columns: 1)
        for shift in 0..<blocks.count {
            try monitor.checkpoint()
            Parallel.forEachRange(blocks.count) { range in
                for block in range {
                    let itemBlock = (block + shift) % blocks.count
                    let number = block * blocks.count + itemBlock
                    losses.elements[number] = run(
                        blocks.pairs[number], blocks.items[itemBlock],
                        RandomSource(seed: seed, part: UInt64(number)))
                }
            }
        }
        return withExtendedLifetime(losses) {
            losses.buffer.reduce(0) { $0 + Double($1) } / Double(max(1, matrix.count))
        }
    }

    private func run(
        _ pairs: [(user: Int32, item: Int32)], _ candidates: [Int32], _ source: RandomSource
    ) -> Float {
        guard !pairs.isEmpty else { return 0 }
        var random = source
        var loss: Float = 0
        for _ in pairs.indices {
            let (user, item) = pairs[random.next(below: pairs.count)]
            let drawn =
                byPopularity
                ? pairs[random.next(below: pairs.count)].item
                : candidates[random.next(below: candidates.count)]
            if matrix.has(Int(user), drawn) { continue }
            loss += step(Int(user), Int(item), Int(drawn))
        }
        return loss
    }

    @inline(__always)
    private func step(_ user: Int, _ item: Int, _ other: Int) -> Float {
        let width = items.columns
        let (p, q, o) = (users.row(user), items.row(item), items.row(other))
        let difference =
            biases.elements[item] - biases.elements[other] + FactorVectors.dot(p, q, width)
            - FactorVectors.dot(p, o, width)
        let factor = steps.rate / (1 + exp(difference))
        biases.elements[item] = steps.kept * biases.elements[item] + factor
        biases.elements[other] = steps.kept * biases.elements[other] - factor
        FactorVectors.step(p, toward: q, from: o, kept: steps.kept, factor, width)
        // -ln σ(x), without overflow.
        return max(0, -difference) + log1p(exp(-abs(difference)))
    }
}

extension SparseMatrix {
    /// Whether there is an entry, by binary search.
    func has(_ row: Int, _ column: Int32) -> Bool {
        var (low, high) = (offsets[row], offsets[row + 1])
        while low < high {
            let middle = (low + high) / 2
            if indices[middle] < column { low = middle + 1 } else { high = middle }
        }
        return low < offsets[row + 1] && indices[low] == column
    }
}

struct BPRModel: LatentFactorModel {
    let userFactors: Matrix
    let itemFactors: Matrix
    let itemBiases: [Float]
    let steps: GradientSteps
    let seed: UInt64
    /// What negatives are drawn from when a user is folded in; empty: all items.
    let drawn: ContiguousArray<Int32>

    var scale: RatingScale? { nil }
    var tensors: [TensorData] {
        [
            TensorData("userFactors", userFactors), TensorData("itemFactors", itemFactors),
            TensorData("itemBiases", itemBiases), TensorData("drawn", Array(drawn)),
        ]
    }

    func factors(of user: UserHistory) -> LatentUser {
        let width = itemFactors.columns
        if let row = user.row {
            return LatentUser(
                offset: 0,
                factors: Array(UnsafeBufferPointer(start: userFactors.row(row), count: width)))
        }
        // The same history, the same factors.
        var random = RandomSource(seed: seed, part: user.fingerprint)
        let own = Matrix(rows: 1, columns: width)
        let p = own.elements
        for _ in 0..<steps.epochs {
            for (item, weight) in zip(user.items, user.weights) where weight > 0 {
                let other =
                    drawn.isEmpty
                    ? random.next(below: itemCount) : Int(drawn[random.next(below: drawn.count)])
                if user.has(Int32(other)) { continue }
                let (q, o) = (itemFactors.row(Int(item)), itemFactors.row(other))
                let difference =
                    itemBiases[Int(item)] - itemBiases[other] + FactorVectors.dot(p, q, width)
                    - FactorVectors.dot(p, o, width)
                let factor = steps.rate / (1 + exp(difference))
                FactorVectors.step(p, q, kept: steps.kept, factor, width)
                FactorVectors.step(p, o, kept: 1, -factor, width)
            }
        }
        return withExtendedLifetime(own) { LatentUser(offset: 0, factors: own.array) }
    }
}

extension UserHistory {
    /// By binary search.
    func has(_ item: Int32) -> Bool {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle] < item { low = middle + 1 } else { high = middle }
        }
        return low < items.count && items[low] == item
    }
}
