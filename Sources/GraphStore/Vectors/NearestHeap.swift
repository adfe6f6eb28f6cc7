/// The best k of what is offered: a heap whose root is the worst that is kept. Ties go to the
/// smaller id.
struct NearestHeap {
    private(set) var items: [(measure: Float, id: UInt64)] = []
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// What an offer must exceed; an equal one may still win by its id.
    @inline(__always)
    var threshold: Float {
        items.count < capacity ? -.infinity : items.first?.measure ?? .infinity
    }

    @inline(__always)
    private static func isWorse(
        _ left: (measure: Float, id: UInt64), _ right: (measure: Float, id: UInt64)
    ) -> Bool {
        left.measure != right.measure ? left.measure < right.measure : left.id > right.id
    }

    @inline(__always)
    mutating func offer(_ measure: Float, _ id: UInt64) {
        if measure < threshold || capacity == 0 { return }
        insert((measure, id))
    }

    private mutating func insert(_ item: (measure: Float, id: UInt64)) {
        if items.count < capacity {
            items.append(item)
            var place = items.count - 1
            while place > 0, Self.isWorse(items[place], items[(place - 1) / 2]) {
                items.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
            return
        }
        guard Self.isWorse(items[0], item) else { return }
        items[0] = item
        var place = 0
        while true {
            var worst = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < items.count && Self.isWorse(items[child], items[worst]) {
                worst = child
            }
            if worst == place { return }
            items.swapAt(place, worst)
            place = worst
        }
    }

    /// The best first.
    var sorted: [(measure: Float, id: UInt64)] { items.sorted { Self.isWorse($1, $0) } }
}
