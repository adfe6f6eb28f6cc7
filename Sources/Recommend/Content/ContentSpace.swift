import Foundation
import GraphStore
import Values

/// All items' vectors of one part: TF-IDF over features.
///
/// `count · ln(1 + N / n)` for a feature that n of N items have (Salton and Buckley, "Term-weighting
/// approaches in automatic text retrieval", 1988), each vector brought to length 1.
struct ContentSpace {
    private(set) var features: [ContentFeature] = []
    /// By item: where its entries begin, and an end.
    private(set) var offsets: [Int] = [0]
    private(set) var entries: [Int32] = []
    private(set) var weights: [Float] = []

    /// Entries of one part: about 800 MB.
    static let entryLimit = 100_000_000

    init(
        _ items: [NodeID], _ kind: ContentPart.Kind, _ view: GraphView,
        _ checkpoint: () throws -> Void
    ) throws {
        var numbers: [ContentFeature: Int32] = [:]
        var frequency: [Int32] = []
        for item in items {
            try checkpoint()
            var counts: [Int32: Float] = [:]
            kind.forEachFeature(of: item, view) { feature in
                let next = Int32(features.count)
                let number = numbers[feature] ?? next
                if number == next {
                    numbers[feature] = next
                    features.append(feature)
                    frequency.append(0)
                }
                if counts.updateValue(counts[number, default: 0] + 1, forKey: number) == nil {
                    frequency[Int(number)] += 1
                }
            }
            for (number, count) in counts.sorted(by: { $0.key < $1.key }) {
                entries.append(number)
                weights.append(count)
            }
            offsets.append(entries.count)
            guard entries.count <= Self.entryLimit else {
                throw MethodError("the items have more than \(Self.entryLimit) features")
            }
        }
        let total = Double(items.count)
        for item in items.indices {
            var squares = 0.0
            for place in range(item) {
                let rarity = log(1 + total / Double(frequency[Int(entries[place])]))
                weights[place] *= Float(rarity)
                squares += Double(weights[place] * weights[place])
            }
            guard squares > 0 else { continue }
            let share = Float(1 / squares.squareRoot())
            for place in range(item) { weights[place] *= share }
        }
    }

    func range(_ item: Int) -> Range<Int> { offsets[item]..<offsets[item + 1] }
}

/// All items' vectors of a property, each brought to length 1; items without one have none.
struct EmbeddingSpace {
    let dimensions: Int
    /// A row for each item; zeros for those without.
    private(set) var rows: [Float]

    /// Numbers in all rows: 1.6 GB.
    static let elementLimit = 400_000_000

    init(
        _ items: [NodeID], _ key: KeyID, _ name: String, _ view: GraphView,
        _ checkpoint: () throws -> Void
    )
        throws
    {
        var dimensions = 0
        var rows: [Float] = []
        for (place, item) in items.enumerated() {
            try checkpoint()
            let vector = Self.vector(view.property(key, ofNode: item))
            if dimensions == 0, !vector.isEmpty {
                dimensions = vector.count
                guard items.count * dimensions <= Self.elementLimit else {
                    throw MethodError(
                        "the vectors '\(name)' have more than \(Self.elementLimit) numbers")
                }
                rows = [Float](repeating: 0, count: items.count * dimensions)
            }
            guard !vector.isEmpty else { continue }
            guard vector.count == dimensions else {
                throw MethodError(
                    "the vectors '\(name)' are not all of one size: \(dimensions), \(vector.count)")
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            guard length > 0, length.isFinite else { continue }
            for column in vector.indices {
                rows[place * dimensions + column] = vector[column] / length
            }
        }
        self.dimensions = dimensions
        self.rows = rows
    }

    func row(_ item: Int) -> ArraySlice<Float> {
        rows[item * dimensions..<(item + 1) * dimensions]
    }

    private static func vector(_ value: Value) -> [Float] {
        switch value {
        case .vector(let elements): return elements.map { Float($0) }
        case .list(let values):
            var vector: [Float] = []
            for value in values {
                switch value {
                case .integer(let number): vector.append(Float(number))
                case .float(let number): vector.append(Float(number))
                default: return []
                }
            }
            return vector
        default: return []
        }
    }
}
