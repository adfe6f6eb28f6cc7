/// The best of many scores.
public enum TopItems {
    /// The numbers of the `k` greatest scores, greatest first, ties by number; never those of
    /// -infinity or NaN. `isExcluded` is asked only for those that would be among the best.
    ///
    /// Cost: one comparison for nearly every score, a heap of `k` for the others.
    public static func best(
        _ k: Int, _ scores: UnsafeBufferPointer<Float>,
        isExcluded: (Int32) throws -> Bool = { _ in false }
    ) rethrows -> [Int32] {
        var heap: [Int32] = []
        heap.reserveCapacity(min(k, scores.count))
        guard k > 0 else { return [] }
        /// Whether a comes after b in the answer.
        func isWorse(_ a: Int32, _ b: Int32) -> Bool {
            let (left, right) = (scores[Int(a)], scores[Int(b)])
            return left != right ? left < right : a > b
        }
        func siftDown() {
            var parent = 0
            while true {
                var child = 2 * parent + 1
                if child >= heap.count { return }
                if child + 1 < heap.count, isWorse(heap[child + 1], heap[child]) { child += 1 }
                if !isWorse(heap[child], heap[parent]) { return }
                heap.swapAt(child, parent)
                parent = child
            }
        }
        func siftUp() {
            var child = heap.count - 1
            while child > 0 {
                let parent = (child - 1) / 2
                if !isWorse(heap[child], heap[parent]) { return }
                heap.swapAt(child, parent)
                child = parent
            }
        }
        var threshold = -Float.infinity
        for number in 0..<scores.count where scores[number] > threshold {
            let item = Int32(truncatingIfNeeded: number)
            if try isExcluded(item) { continue }
            if heap.count < k {
                heap.append(item)
                siftUp()
            } else {
                heap[0] = item
                siftDown()
            }
            if heap.count == k { threshold = scores[Int(heap[0])] }
        }
        return heap.sorted { isWorse($1, $0) }
    }
}
