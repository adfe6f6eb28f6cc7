/// What one vector has in common with all others, summed up column by column: for each entry of
/// the one vector, everybody who has that entry too.
///
/// Dense arrays by number, reset in the time of what was touched.
struct CommonSums {
    enum Detail { case products, everything }

    private struct Rest {
        var difference = 0.0
        var leftSum = 0.0
        var leftSquares = 0.0
        var rightSum = 0.0
        var rightSquares = 0.0

        @inline(__always)
        mutating func add(left: Double, right: Double) {
            difference += (left - right) * (left - right)
            leftSum += left
            leftSquares += left * left
            rightSum += right
            rightSquares += right * right
        }
    }

    /// Side by side: one access to memory for both.
    private struct Sum {
        var count = 0
        var product = 0.0
    }

    private let detail: Detail
    private var sums: ContiguousArray<Sum> = []
    private var rests: ContiguousArray<Rest> = []
    /// Numbers that share an entry, in the order in which they were met.
    private(set) var touched: ContiguousArray<Int32> = []

    /// With room for numbers below `count`; for others room is made.
    init(_ detail: Detail, count: Int = 0) {
        self.detail = detail
        reserve(count)
    }

    /// Makes room for numbers below `count`.
    private mutating func reserve(_ count: Int) {
        let missing = count - sums.count
        guard missing > 0 else { return }
        let room = missing + count / 2
        sums.append(contentsOf: repeatElement(Sum(), count: room))
        if detail == .everything { rests.append(contentsOf: repeatElement(Rest(), count: room)) }
    }

    /// Adds everybody who has an entry, with their weights, where the vector itself has `weight`.
    /// `limit` is above all numbers in `column`.
    mutating func add(
        _ column: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Double>,
        weight: Double, below limit: Int
    ) {
        reserve(limit)
        sums.withUnsafeMutableBufferPointer { sums in
            for place in 0..<column.count {
                let number = Int(column[place])
                if sums[number].count == 0 { touched.append(column[place]) }
                sums[number].count &+= 1
                sums[number].product += weight * weights[place]
            }
        }
        if detail != .everything { return }
        rests.withUnsafeMutableBufferPointer { rests in
            for place in 0..<column.count {
                rests[Int(column[place])].add(left: weight, right: weights[place])
            }
        }
    }

    /// Somebody's entry in a vector: the vector's number, and the entry's weight.
    struct Entry {
        let number: Int32
        let weight: Double
    }

    /// Adds an entry that one vector has with `weight` to each of the vectors that have it too.
    /// There must be room for their numbers.
    @inline(__always)
    mutating func add(_ others: UnsafeBufferPointer<Entry>, weight: Double) {
        sums.withUnsafeMutableBufferPointer { sums in
            for other in others {
                let number = Int(other.number)
                if sums[number].count == 0 { touched.append(other.number) }
                sums[number].count &+= 1
                sums[number].product += other.weight * weight
            }
        }
        if detail != .everything { return }
        for other in others {
            rests[Int(other.number)].add(left: other.weight, right: weight)
        }
    }

    func count(_ number: Int32) -> Int { sums[Int(number)].count }

    func product(_ number: Int32) -> Double { sums[Int(number)].product }

    func moments(_ place: Int) -> CommonMoments {
        var common = CommonMoments()
        common.count = Double(sums[place].count)
        common.product = sums[place].product
        if detail == .everything {
            let rest = rests[place]
            common.difference = rest.difference
            common.left = Moments(
                count: common.count, sum: rest.leftSum, squares: rest.leftSquares)
            common.right = Moments(
                count: common.count, sum: rest.rightSum, squares: rest.rightSquares)
        }
        return common
    }

    mutating func reset() {
        for number in touched {
            sums[Int(number)] = Sum()
            if detail == .everything { rests[Int(number)] = Rest() }
        }
        touched.removeAll(keepingCapacity: true)
    }
}
