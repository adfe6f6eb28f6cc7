import Values

/// The lists of a batch, laid out one after the other in chunks of bounded size: expressions over
/// items then run on columns like all others.
struct UnrolledLists {
    /// nil where the list is null.
    let lists: ContiguousArray<[Value]?>
    private let capacity: Int
    private var row = 0
    private var place = 0

    struct Chunk {
        let items: Column
        /// The row of the batch whose list each item is of; ascending.
        let origins: ContiguousArray<Int32>
    }

    init(_ column: Column, count: Int, capacity: Int, for operation: String) throws(QueryError) {
        var lists = ContiguousArray<[Value]?>()
        lists.reserveCapacity(count)
        for row in 0..<count {
            switch column.value(row) {
            case .null: lists.append(nil)
            case .list(let list): lists.append(list)
            case .vector(let elements): lists.append(elements.map { .float(Double($0)) })
            case let other: throw .wrongType(operation, expected: "a list", found: other)
            }
        }
        self.lists = lists
        self.capacity = capacity
    }

    var longest: Int { lists.lazy.map { $0?.count ?? 0 }.max() ?? 0 }

    /// Up to `capacity` items; nil at the end.
    mutating func next() -> Chunk? {
        var items = ColumnBuilder(capacity: capacity)
        var origins = ContiguousArray<Int32>()
        while row < lists.count, origins.count < capacity {
            let list = lists[row] ?? []
            let end = min(list.count, place + capacity - origins.count)
            for item in list[place..<end] {
                items.append(item)
                origins.append(Int32(truncatingIfNeeded: row))
            }
            if end == list.count {
                row += 1
                place = 0
            } else {
                place = end
            }
        }
        return origins.isEmpty ? nil : Chunk(items: items.build(), origins: origins)
    }
}
