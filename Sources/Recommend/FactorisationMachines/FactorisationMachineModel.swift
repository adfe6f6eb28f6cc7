import Foundation
import GraphStore
import LinearAlgebra

/// What a factorisation machine has learned, summed up for every item, so that all items' scores for a
/// user are one product of a matrix and a vector.
struct FactorisationMachineModel: LatentFactorModel, PropertyModel {
    let users: MachineSide
    let items: MachineSide
    let userSpace: FeatureSpace
    let itemSpace: FeatureSpace
    let itemLabel: String?
    /// Nil for one that ranks.
    let scale: RatingScale?
    let steps: GradientSteps
    let seed: UInt64
    /// What negatives are drawn from when a user is folded in; empty: all items.
    let drawn: ContiguousArray<Int32>
    /// Of the items of the fit, and behind them of those that came after.
    private(set) var itemFactors: Matrix
    private(set) var itemBiases: [Float]

    init(
        users: MachineSide, items: MachineSide, userSpace: FeatureSpace, itemSpace: FeatureSpace,
        itemLabel: String?, scale: RatingScale?, steps: GradientSteps, seed: UInt64,
        drawn: ContiguousArray<Int32>
    ) {
        self.users = users
        self.items = items
        self.userSpace = userSpace
        self.itemSpace = itemSpace
        self.itemLabel = itemLabel
        self.scale = scale
        self.steps = steps
        self.seed = seed
        self.drawn = drawn
        (itemFactors, itemBiases) = items.represented()
    }

    // MARK: Items

    func extended(by nodes: [NodeID], _ view: GraphView) -> any FittedModel {
        let factors = Matrix(rows: itemCount + nodes.count, columns: itemFactors.columns)
        factors.elements.update(from: itemFactors.elements, count: itemFactors.count)
        var model = self
        for (place, node) in nodes.enumerated() {
            let item = items.represent(itemSpace.features(of: node, view), own: nil)
            factors.row(itemCount + place).update(from: item.factors, count: factors.columns)
            model.itemBiases.append(item.bias)
        }
        model.itemFactors = factors
        return model
    }

    // MARK: Users

    func features(ofUser user: NodeID, _ view: GraphView) -> FeatureVector {
        userSpace.features(of: user, view)
    }

    func factors(of user: UserHistory) -> LatentUser {
        let features = user.features ?? user.row.map(users.features) ?? FeatureVector()
        let known = users.represent(features, own: user.row)
        var latent = LatentUser(offset: known.bias + (scale?.mean ?? 0), factors: known.factors)
        guard user.row == nil, !user.items.isEmpty else { return latent }
        let own = Matrix(rows: 1, columns: itemFactors.columns)
        withExtendedLifetime(own) {
            if scale == nil {
                rank(user, beside: known.factors, into: own.elements)
            } else {
                latent.offset += descend(user, latent, into: own.elements)
                latent.offset += FactorVectors.dot(own.elements, known.factors, own.columns)
            }
            for place in 0..<own.columns { latent.factors[place] += own.elements[place] }
        }
        return latent
    }

    /// Factors `v` of the user's own input from the user's ratings, where all else stays as it is:
    /// `r - known = w + v · (q + p)` with what is known of the user, `p`, and of the item, `q`.
    /// Returns the weight `w`.
    private func descend(
        _ user: UserHistory, _ known: LatentUser, into v: UnsafeMutablePointer<Float>
    ) -> Float {
        let width = itemFactors.columns
        var weight: Float = 0
        known.factors.withUnsafeBufferPointer { factors in
            guard let p = factors.baseAddress else { return }
            let targets = zip(user.items, user.weights).map { item, rating in
                rating - known.offset - itemBiases[Int(item)]
                    - FactorVectors.dot(p, itemFactors.row(Int(item)), width)
            }
            for _ in 0..<steps.epochs {
                for place in 0..<targets.count {
                    let q = itemFactors.row(Int(user.items[place]))
                    let error =
                        targets[place] - weight - FactorVectors.dot(v, q, width)
                        - FactorVectors.dot(v, p, width)
                    let factor = steps.rate * error
                    weight = steps.kept * weight + factor
                    FactorVectors.step(v, q, kept: steps.kept, factor, width)
                    FactorVectors.step(v, p, kept: 1, factor, width)
                }
            }
        }
        return weight
    }

    /// The same from pairs of items that the user has and does not have.
    private func rank(
        _ user: UserHistory, beside known: [Float], into v: UnsafeMutablePointer<Float>
    ) {
        let width = itemFactors.columns
        // The same history, the same factors.
        var random = RandomSource(seed: seed, part: user.fingerprint)
        known.withUnsafeBufferPointer { known in
            guard let p = known.baseAddress else { return }
            for _ in 0..<steps.epochs {
                for (item, weight) in zip(user.items, user.weights) where weight > 0 {
                    let other =
                        drawn.isEmpty
                        ? random.next(below: items.nodeCount)
                        : Int(drawn[random.next(below: drawn.count)])
                    if user.has(Int32(other)) { continue }
                    let (q, o) = (itemFactors.row(Int(item)), itemFactors.row(other))
                    let difference =
                        itemBiases[Int(item)] - itemBiases[other]
                        + FactorVectors.dot(p, q, width) - FactorVectors.dot(p, o, width)
                        + FactorVectors.dot(v, q, width) - FactorVectors.dot(v, o, width)
                    let factor = steps.rate / (1 + exp(difference))
                    FactorVectors.step(v, q, kept: steps.kept, factor, width)
                    FactorVectors.step(v, o, kept: 1, -factor, width)
                }
            }
        }
    }

    // MARK: Storage

    var tensors: [TensorData] {
        users.tensors("users") + items.tensors("items") + userSpace.tensors("userSpace")
            + itemSpace.tensors("itemSpace") + (scale.map { [$0.tensor] } ?? []) + [
                TensorData("drawn", Array(drawn)),
                TensorData("label", Array((itemLabel ?? "").utf8).map { Int32($0) }),
            ]
    }

    init(_ stored: TensorReader, scale: RatingScale?) throws {
        let label = try stored.int32s("label").map { UInt8(truncatingIfNeeded: $0) }
        self.init(
            users: try MachineSide(stored, "users"), items: try MachineSide(stored, "items"),
            userSpace: try FeatureSpace(
                MachineOptions.parts("user", stored.options), stored, "userSpace"),
            itemSpace: try FeatureSpace(
                MachineOptions.parts("item", stored.options), stored, "itemSpace"),
            itemLabel: label.isEmpty ? nil : String(decoding: label, as: UTF8.self), scale: scale,
            steps: GradientSteps(stored.options), seed: UInt64(stored.options.integer("seed")),
            drawn: ContiguousArray(try stored.int32s("drawn")))
    }
}
