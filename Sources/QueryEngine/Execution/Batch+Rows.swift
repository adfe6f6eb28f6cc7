import Values

/// Batches made of other batches' rows. Slots without a column stay without one.
extension Batch {
    /// The rows at the given places, in that order; of the columns, those in `slots`.
    func gathered(_ rows: ContiguousArray<Int32>, slots: [Slot]) -> Batch {
        var result = Batch(count: rows.count, slotCount: columns.count)
        rows.withUnsafeBufferPointer { rows in
            for slot in slots {
                if let column = columns[slot] {
                    result.columns[slot] = column.gathered(rows: rows)
                }
            }
            for part in listed where slots.contains(part.relationship) {
                result.listed.append(part.with(part.column.gathered(rows: rows)))
            }
        }
        return result
    }

    /// The rows at the given places with all columns.
    func gathered(_ rows: ContiguousArray<Int32>) -> Batch {
        gathered(rows, slots: Array(columns.indices))
    }

    func sliced(_ range: Range<Int>) -> Batch {
        if range == 0..<count { return self }
        var result = Batch(count: range.count, slotCount: columns.count)
        for slot in columns.indices {
            result.columns[slot] = columns[slot]?.sliced(range)
        }
        result.listed = listed.map { $0.with($0.column.sliced(range)) }
        return result
    }

    /// The same rows with fewer columns.
    func keeping(_ slots: [Slot]) -> Batch {
        var result = self
        result.keep(slots)
        return result
    }

    /// Drops the columns that are not in `slots`.
    mutating func keep(_ slots: [Slot]) {
        for slot in columns.indices where columns[slot] != nil && !slots.contains(slot) {
            columns[slot] = nil
        }
        if !listed.isEmpty { listed.removeAll { !slots.contains($0.relationship) } }
    }

    /// One batch after the other; a slot is carried if all of them carry it.
    static func concatenated(_ batches: [Batch], slots: [Slot], slotCount: Int) -> Batch {
        if batches.count == 1 { return batches[0].keeping(slots) }
        var result = Batch(
            count: batches.reduce(0) { $0 + $1.count }, slotCount: slotCount)
        for slot in slots {
            let columns = batches.compactMap { $0.columns[slot] }
            if columns.count == batches.count, !columns.isEmpty {
                result.columns[slot] = Column.concatenated(columns)
            }
        }
        return result
    }

    /// How many rows of the graph each row stands for.
    func weights(in slot: Slot) -> ContiguousArray<Int64> {
        guard case .integers(let weights, _) = self[slot].expanded().narrowed() else {
            preconditionFailure("a weight is an integer")
        }
        return weights
    }

    /// About how much memory the columns hold.
    var byteCount: Int {
        columns.reduce(0) { $0 + ($1?.byteCount ?? 0) }
            + listed.reduce(0) { $0 + $1.column.byteCount }
    }
}

extension Column {
    /// About how much memory the column holds. General values count their own size and what strings
    /// and lists hold, one level deep.
    var byteCount: Int {
        switch self {
        case .nodes(let ids), .relationships(let ids): ids.count * 8
        case .integers(let values, _): values.count * 8
        case .floats(let values, _): values.count * 8
        case .booleans(let values): values.count
        case .strings(let strings): strings.bytes.count + strings.count * 4
        case .values(let values): values.reduce(0) { $0 + $1.approximateByteCount }
        case .constant: 32
        }
    }
}

extension Value {
    /// Its own bytes and those of what it holds, one level deep.
    var approximateByteCount: Int {
        let own = MemoryLayout<Value>.stride
        return switch self {
        case .string(let string): own + string.utf8.count
        case .bytes(let bytes): own + bytes.count
        case .list(let values): own + 32 + values.count * own
        case .map(let map): own + 64 + map.count * (own + 16)
        case .vector(let elements): own + 32 + elements.count * 4
        case .pathReference(let path): own + 64 + path.nodes.count * 16
        default: own
        }
    }
}
