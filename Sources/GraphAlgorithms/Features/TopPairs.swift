/// Two nodes and how alike they are.
public struct SimilarPair: Sendable, Equatable {
    public let first: Int
    public let second: Int
    public let similarity: Double

    public init(_ first: Int, _ second: Int, _ similarity: Double) {
        self.first = first
        self.second = second
        self.similarity = similarity
    }
}

/// The k best of what is offered: a heap whose root is the worst that is kept. Of equals the
/// smaller number is better.
struct BestCandidates {
    private(set) var heap: [(score: Double, number: Int)] = []
    private let k: Int

    init(_ k: Int) {
        self.k = k
        heap.reserveCapacity(min(k, 1_024))
    }

    @inline(__always)
    private func isWorse(_ a: (score: Double, number: Int), _ b: (score: Double, number: Int))
        -> Bool
    {
        a.score != b.score ? a.score < b.score : a.number > b.number
    }

    @inline(__always)
    mutating func offer(_ score: Double, _ number: Int) {
        let candidate = (score, number)
        if heap.count == k {
            guard k > 0, isWorse(heap[0], candidate) else { return }
            heap[0] = candidate
            sink()
        } else {
            heap.append(candidate)
            rise()
        }
    }

    private mutating func rise() {
        var place = heap.count - 1
        while place > 0, isWorse(heap[place], heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink() {
        var place = 0
        while true {
            var least = place
            for child in 2 * place + 1...2 * place + 2
            where child < heap.count && isWorse(heap[child], heap[least]) { least = child }
            if least == place { return }
            heap.swapAt(place, least)
            place = least
        }
    }

    /// Best first.
    func sorted() -> [(score: Double, number: Int)] { heap.sorted { isWorse($1, $0) } }
}
