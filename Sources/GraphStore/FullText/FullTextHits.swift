/// Entities that some part of a query matches, ascending, each once.
struct FullTextHits {
    var ids: ContiguousArray<UInt64> = []
    var scores: ContiguousArray<Double> = []

    var count: Int { ids.count }

    mutating func append(_ id: UInt64, _ score: Double) {
        ids.append(id)
        scores.append(score)
    }

    init() {}

    /// Each of these once, all with one score.
    init(_ unordered: ContiguousArray<UInt64>, score: Double) {
        for id in unordered.sorted() where id != ids.last { append(id, score) }
    }

    /// What either matches; the scores of what both match are added.
    static func union(_ left: FullTextHits, _ right: FullTextHits) -> FullTextHits {
        if left.count == 0 { return right }
        if right.count == 0 { return left }
        var result = FullTextHits()
        var (a, b) = (0, 0)
        while a < left.count, b < right.count {
            if left.ids[a] < right.ids[b] {
                result.append(left.ids[a], left.scores[a])
                a += 1
            } else if right.ids[b] < left.ids[a] {
                result.append(right.ids[b], right.scores[b])
                b += 1
            } else {
                result.append(left.ids[a], left.scores[a] + right.scores[b])
                a += 1
                b += 1
            }
        }
        result.ids.append(contentsOf: left.ids[a...])
        result.scores.append(contentsOf: left.scores[a...])
        result.ids.append(contentsOf: right.ids[b...])
        result.scores.append(contentsOf: right.scores[b...])
        return result
    }

    /// These, with the others' scores added where they match too; those that do not are kept or
    /// dropped.
    func adding(_ other: FullTextHits, isRequired: Bool) -> FullTextHits {
        var result = FullTextHits()
        var b = 0
        for (a, id) in ids.enumerated() {
            while b < other.count, other.ids[b] < id { b += 1 }
            if b < other.count, other.ids[b] == id {
                result.append(id, scores[a] + other.scores[b])
            } else if !isRequired {
                result.append(id, scores[a])
            }
        }
        return result
    }

    func removing(_ other: FullTextHits) -> FullTextHits {
        var result = FullTextHits()
        var b = 0
        for (a, id) in ids.enumerated() {
            while b < other.count, other.ids[b] < id { b += 1 }
            if b == other.count || other.ids[b] != id { result.append(id, scores[a]) }
        }
        return result
    }
}
