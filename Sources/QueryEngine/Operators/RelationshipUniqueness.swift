import GraphStore
import Values

/// One MATCH never meets a relationship twice: drops what earlier steps of it have bound already, to
/// a relationship or to the list of a variable-length one.
struct RelationshipUniqueness {
    let slots: [Slot]

    /// Drops rows of an expansion of `input`'s rows.
    func filter(_ rows: inout ExpandedRows, of input: Batch) {
        for slot in slots {
            switch input[slot] {
            case .relationships(let bound):
                bound.withUnsafeBufferPointer { bound in
                    rows.keep { bound[Int($0)] != $1 }
                }
            case let column:
                rows.keep { source, relationship in
                    !Self.holds(relationship, column.value(Int(source)))
                }
            }
        }
    }

    /// Whether a relationship is none of those that one row has bound.
    func allows(_ relationship: RelationshipID, in input: Batch, _ row: Int) -> Bool {
        for slot in slots {
            if case .relationships(let bound) = input[slot] {
                if bound[row] == relationship { return false }
            } else if Self.holds(relationship, input[slot].value(row)) {
                return false
            }
        }
        return true
    }

    /// The relationships that are taken in one row.
    func taken(in input: Batch, row: Int) -> [RelationshipID] {
        slots.flatMap { slot -> [RelationshipID] in
            switch input[slot].value(row) {
            case .relationshipReference(let id): return [id]
            case .list(let values):
                return values.compactMap {
                    if case .relationshipReference(let id) = $0 { id } else { nil }
                }
            default: return []
            }
        }
    }

    private static func holds(_ relationship: RelationshipID, _ value: Value) -> Bool {
        switch value {
        case .relationshipReference(let id): id == relationship
        case .list(let values): values.contains { holds(relationship, $0) }
        default: false
        }
    }
}

extension ExpandedRows {
    /// Keeps the rows for which the test of source row and relationship holds, in their order.
    @inline(__always)
    mutating func keep(_ test: (Int32, RelationshipID) -> Bool) {
        if !types.isEmpty {
            var rows = ContiguousArray<Int32>()
            for row in sources.indices where test(sources[row], relationships[row]) {
                rows.append(Int32(truncatingIfNeeded: row))
            }
            return keep(rows: rows)
        }
        var kept = 0
        sources.withUnsafeMutableBufferPointer { sources in
            neighbours.withUnsafeMutableBufferPointer { neighbours in
                relationships.withUnsafeMutableBufferPointer { relationships in
                    // Writes every row and keeps the good ones: no branch to predict.
                    for row in 0..<sources.count {
                        let (source, relationship) = (sources[row], relationships[row])
                        sources[kept] = source
                        neighbours[kept] = neighbours[row]
                        relationships[kept] = relationship
                        kept &+= test(source, relationship) ? 1 : 0
                    }
                }
            }
        }
        let dropped = sources.count - kept
        sources.removeLast(dropped)
        neighbours.removeLast(dropped)
        relationships.removeLast(dropped)
    }

    /// Keeps the rows at these ascending places.
    mutating func keep(rows: ContiguousArray<Int32>) {
        for (kept, row) in rows.enumerated() {
            sources[kept] = sources[Int(row)]
            neighbours[kept] = neighbours[Int(row)]
            if !relationships.isEmpty { relationships[kept] = relationships[Int(row)] }
            if !types.isEmpty { types[kept] = types[Int(row)] }
        }
        let dropped = sources.count - rows.count
        sources.removeLast(dropped)
        neighbours.removeLast(dropped)
        if !relationships.isEmpty { relationships.removeLast(dropped) }
        if !types.isEmpty { types.removeLast(dropped) }
    }
}
