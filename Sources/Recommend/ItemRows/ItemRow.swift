/// The items most similar to one item, at most as many as its model keeps. Immutable.
final class ItemRow: Sendable {
    /// By number, ascending.
    let items: ContiguousArray<Int32>
    /// Above 0.
    let similarities: ContiguousArray<Float>

    init(items: ContiguousArray<Int32>, similarities: ContiguousArray<Float>) {
        self.items = items
        self.similarities = similarities
    }

    convenience init(_ row: RowBuilder) {
        self.init(items: row.indices, similarities: row.values)
    }

    /// 0 for an item that is not here.
    func similarity(to item: Int32) -> Float {
        let place = place(of: item)
        return place < items.count && items[place] == item ? similarities[place] : 0
    }

    /// The first place whose item is not less.
    private func place(of item: Int32) -> Int {
        items.withUnsafeBufferPointer { items in
            var low = 0
            var high = items.count
            while low < high {
                let middle = (low + high) / 2
                if items[middle] < item { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }

    /// The row after its item's similarities to some others have become others, `limit` being how
    /// many are kept. Nil where one that is not here might belong here now: then the row has to be
    /// made anew.
    ///
    /// What a full row left out is at most as similar as its least similar entry. So entries above
    /// that one are the best still, as long as there are enough of them.
    func replacing(_ changed: [(item: Int32, similarity: Float)], limit: Int) -> ItemRow? {
        let different = changed.filter { max(0, $0.similarity) != similarity(to: $0.item) }
        if different.isEmpty { return self }
        let isFull = items.count >= limit
        let floor = isFull ? similarities.min() ?? 0 : 0
        // Of equal ones the smaller numbers are kept, which cannot be told from here.
        if isFull, different.contains(where: { $0.similarity == floor }) { return nil }
        var row = Merge(capacity: items.count + different.count)
        var place = 0
        for (item, similarity) in different {
            while place < items.count, items[place] < item { row.take(self, &place) }
            if place < items.count, items[place] == item { place += 1 }
            if similarity > floor { row.append(item, similarity) }
        }
        while place < items.count { row.take(self, &place) }
        if isFull, row.items.count < limit { return nil }
        return row.finished(limit)
    }

    private struct Merge {
        private(set) var items: ContiguousArray<Int32> = []
        private var similarities: ContiguousArray<Float> = []

        init(capacity: Int) {
            items.reserveCapacity(capacity)
            similarities.reserveCapacity(capacity)
        }

        mutating func append(_ item: Int32, _ similarity: Float) {
            items.append(item)
            similarities.append(similarity)
        }

        mutating func take(_ row: ItemRow, _ place: inout Int) {
            append(row.items[place], row.similarities[place])
            place += 1
        }

        func finished(_ limit: Int) -> ItemRow {
            let whole = ItemRow(items: items, similarities: similarities)
            guard items.count > limit else { return whole }
            var greatest = GreatestEntries()
            for (item, similarity) in zip(items, similarities) { greatest.append(item, similarity) }
            let kept = ContiguousArray(greatest.greatest(limit))
            return ItemRow(
                items: kept, similarities: ContiguousArray(kept.map { whole.similarity(to: $0) }))
        }
    }
}
