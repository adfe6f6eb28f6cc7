import GraphStore

/// Makes rows of similar items from a view, and brings old ones up to date. One thread at a time;
/// its memory is used again from call to call.
final class ItemRowMaker: @unchecked Sendable {
    // Sendable: owned by one call at a time.

    private var worker = RowWorker(width: 0)
    private var own = VectorReader.Vector()
    private var other = VectorReader.Vector()
    /// By user: the entry of the item that others are compared with, or 0.
    private var ownEntries: ContiguousArray<Float> = []

    /// Room for sums over all items; empty between calls.
    func sum(for items: Int) -> RowSum {
        if worker.sum.width < items { worker = RowWorker(width: items + items / 8) }
        return worker.sum
    }

    /// The row of an item, from the lists of its users.
    ///
    /// Cost: the sum of their lengths, a few nanoseconds each.
    func make(
        _ item: Int32, _ statistics: ItemStatistics, _ reader: VectorReader, limit: Int
    ) -> ItemRow {
        let sum = sum(for: statistics.items.count)
        reader.read(statistics.items[item], reader.ofItems, into: &own)
        for place in 0..<own.count {
            let user = own.nodes[place]
            let column = statistics.column(user)
            let entry = statistics.entry(own.weights[place], of: item, column)
            reader.read(user, reader.ofUsers, into: &other)
            Self.add(other, times: entry, column, statistics, to: sum)
        }
        let size = statistics.sizes[Int(item)]
        var row = RowBuilder()
        statistics.sizes.withUnsafeBufferPointer { sizes in
            worker.take(limit, except: Int(item), into: &row) { other, product in
                statistics.weights.similarity(product, size, sizes[Int(other)])
            }
        }
        return ItemRow(row)
    }

    /// Static, over values: the loop must not look into objects.
    private static func add(
        _ items: VectorReader.Vector, times factor: Float, _ column: Float,
        _ statistics: ItemStatistics, to sum: RowSum
    ) {
        for place in 0..<items.count {
            guard let number = statistics.items.find(items.nodes[place]) else { continue }
            sum.add(
                factor * statistics.entry(items.weights[place], of: number, column), to: number)
        }
    }

    /// How similar an item is to each of some others, by comparing one vector after another.
    ///
    /// Cost: the sum of their lengths, a few nanoseconds each.
    func similarities(
        of item: Int32, to others: [Int32], _ statistics: ItemStatistics, _ reader: VectorReader
    ) -> [(item: Int32, similarity: Float)] {
        while ownEntries.count < statistics.users.count { ownEntries.append(0) }
        reader.read(statistics.items[item], reader.ofItems, into: &own)
        for place in 0..<own.count {
            guard let user = statistics.users.find(own.nodes[place]) else { continue }
            ownEntries[Int(user)] = statistics.entry(
                own.weights[place], of: item, statistics.column(own.nodes[place]))
        }
        defer {
            for node in own.nodes {
                if let user = statistics.users.find(node) { ownEntries[Int(user)] = 0 }
            }
        }
        let size = statistics.sizes[Int(item)]
        return others.map { number in
            reader.read(statistics.items[number], reader.ofItems, into: &other)
            let product = Self.product(other, of: number, ownEntries, statistics)
            return (
                number,
                statistics.weights.similarity(product, size, statistics.sizes[Int(number)])
            )
        }
    }

    private static func product(
        _ vector: VectorReader.Vector, of item: Int32, _ entries: ContiguousArray<Float>,
        _ statistics: ItemStatistics
    ) -> Float {
        var product: Float = 0
        for place in 0..<vector.count {
            guard let user = statistics.users.find(vector.nodes[place]) else { continue }
            let entry = entries[Int(user)]
            if entry == 0 { continue }
            product +=
                entry
                * statistics.entry(
                    vector.weights[place], of: item, statistics.column(vector.nodes[place]))
        }
        return product
    }
}

extension ItemStatistics {
    @inline(__always)
    func entry(_ weight: Float, of item: Int32, _ column: Float) -> Float {
        weights.entry(weight, row: factors[Int(item)], column: column)
    }
}
