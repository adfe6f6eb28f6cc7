/// What one vector has in common with all others, summed up column by column: for each entry of
/// the one vector, everybody who has that entry too.
///
/// Dense arrays by number, reset in the time of what was touched.
struct CommonSums {
    enum Detail { case counts, products, everything }

    private struct Rest {
        var difference = 0.0
        var leftSum = 0.0
        var leftSquares = 0.0
        var rightSum = 0.0
        var rightSquares = 0.0
    }

    private let detail: Detail
    private var counts: ContiguousArray<Int32> = []
    private var products: ContiguousArray<Double> = []
    private var rests: ContiguousArray<Rest> = []
    /// Numbers that share an entry, in the order in which they were met.
    private(set) var touched: ContiguousArray<Int32> = []

    init(_ detail: Detail) { self.detail = detail }

    /// Makes room for numbers below `count`.
    private mutating func reserve(_ count: Int) {
        let missing = count - counts.count
        guard missing > 0 else { return }
        let room = missing + count / 2
        counts.append(contentsOf: repeatElement(0, count: room))
        if detail != .counts { products.append(contentsOf: repeatElement(0, count: room)) }
        if detail == .everything { rests.append(contentsOf: repeatElement(Rest(), count: room)) }
    }

    /// Adds everybody who has an entry, with their weights, where the vector itself has `weight`.
    /// `limit` is above all numbers in `column`.
    mutating func add(
        _ column: UnsafeBufferPointer<Int32>, _ weights: UnsafeBufferPointer<Double>,
        weight: Double, below limit: Int
    ) {
        reserve(limit)
        count(column)
        if detail == .counts { return }
        products.withUnsafeMutableBufferPointer { products in
            for place in 0..<column.count {
                products[Int(column[place])] += weight * weights[place]
            }
        }
        if detail == .products { return }
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

    private mutating func count(_ column: UnsafeBufferPointer<Int32>) {
        touched.reserveCapacity(counts.count)
        counts.withUnsafeMutableBufferPointer { counts in
            for number in column {
                if counts[Int(number)] == 0 { touched.append(number) }
                counts[Int(number)] &+= 1
            }
        }
    }

    func count(_ number: Int32) -> Int { Int(counts[Int(number)]) }

    func sums(_ number: Int32) -> CommonMoments {
        let place = Int(number)
        var sums = CommonMoments()
        sums.count = Double(counts[place])
        if detail != .counts { sums.product = products[place] }
        if detail == .everything {
            let rest = rests[place]
            sums.difference = rest.difference
            sums.left = Moments(
                count: sums.count, sum: rest.leftSum, squares: rest.leftSquares)
            sums.right = Moments(
                count: sums.count, sum: rest.rightSum, squares: rest.rightSquares)
        }
        return sums
    }

    mutating func reset() {
        for number in touched {
            counts[Int(number)] = 0
            if detail != .counts { products[Int(number)] = 0 }
            if detail == .everything { rests[Int(number)] = Rest() }
        }
        touched.removeAll(keepingCapacity: true)
    }
}
