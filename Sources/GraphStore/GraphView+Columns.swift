internal import LMDB
public import Values

/// Walks a cursor over records by id, from where it stands when the next id lies close ahead.
struct RecordWalk {
    let cursor: Cursor
    /// The id under the cursor; `max` is nowhere.
    private var current = UInt64.max

    /// Up to here, stepping over records is cheaper than a search in the page.
    private static let nearby: UInt64 = 4

    init(_ cursor: Cursor) { self.cursor = cursor }

    @inline(__always)
    mutating func move(to id: UInt64) -> Bool {
        if id == current { return id != UInt64.max }
        if id > current, id - current <= Self.nearby {
            repeat {
                guard cursor.next() else {
                    current = UInt64.max
                    return false
                }
                current = cursor.integerKey
            } while current < id
            return current == id
        }
        guard cursor.find(id) else {
            current = UInt64.max
            return false
        }
        current = id
        return true
    }
}

extension GraphView {
    /// One property of many entities, appended in their order; `Column.absent` ids and missing
    /// properties append null. The cursor stays where the last id was, so ids in ascending order
    /// cost a few nanoseconds each.
    public func appendProperty(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>,
        to column: inout ColumnBuilder
    ) {
        guard let cursor = cursor(of: kind) else {
            noteDamage("no cursor could be opened")
            for _ in ids { column.appendNull() }
            return
        }
        var walk = RecordWalk(cursor)
        for id in ids {
            guard id != Column.absent, walk.move(to: id) else {
                column.appendNull()
                continue
            }
            let lookup: PropertyBlob.Lookup
            switch kind {
            case .node: lookup = NodeRecord(cursor.value)?.properties.find(key) ?? .damaged
            case .relationship:
                lookup = StoredRelationship(cursor.value)?.properties.find(key) ?? .damaged
            }
            if case .found(let stored) = lookup, append(stored, to: &column) { continue }
            column.appendNull()
            if case .absent = lookup { continue }
            noteDamage("\(kind) \(id) has damaged properties")
        }
    }

    /// Appends without building a value where the kind allows it; false where it is damaged.
    @inline(__always)
    private func append(_ stored: PropertyBlob.Stored, to column: inout ColumnBuilder) -> Bool {
        switch PropertyTag(rawValue: stored.tag) {
        case .integer8, .integer16, .integer32, .integer64:
            guard let value = stored.integer else { return false }
            column.append(integer: value)
        case .float:
            guard stored.payload.count == 8 else { return false }
            column.append(float: stored.payload.double(at: 0))
        case .string: column.append(utf8: stored.payload)
        case .booleanTrue: column.append(boolean: true)
        case .booleanFalse: column.append(boolean: false)
        default:
            guard let value = stored.value else { return false }
            column.append(value)
        }
        return true
    }

    /// Appends one byte per node: 1 where it has the label.
    public func testLabel(
        _ label: LabelID, of nodes: UnsafeBufferPointer<NodeID>,
        into flags: inout ContiguousArray<UInt8>
    ) {
        guard let cursor = cursor(of: .node) else {
            noteDamage("no cursor could be opened")
            flags.append(contentsOf: repeatElement(0, count: nodes.count))
            return
        }
        var walk = RecordWalk(cursor)
        for node in nodes {
            guard node != Column.absent, walk.move(to: node) else {
                flags.append(0)
                continue
            }
            guard let record = NodeRecord(cursor.value) else {
                noteDamage("node \(node) has a short record")
                flags.append(0)
                continue
            }
            flags.append(record.hasLabel(label) ? 1 : 0)
        }
    }
}
