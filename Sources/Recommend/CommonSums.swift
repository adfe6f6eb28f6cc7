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

    init(_ detail: Detail) { self.detail = detail }

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
                let other = weights[place]
                let number = Int(column[place])
                rests[number].difference += (weight - other) * (weight - other)
                rests[number].leftSum += weight
                rests[number].leftSquares += weight * weight
                rests[number].rightSum += other
                rests[number].rightSquares += other * other
            }
        }
    }

    func count(_ number: Int32) -> Int { sums[Int(number)].count }

    func sums(_ number: Int32) -> CommonMoments {
        let place = Int(number)
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
