internal import LMDB
public import Values

/// Walks a cursor over records by id, from where it stands when the next id lies close ahead.
struct RecordWalk {
    let cursor: Cursor
    /// The id under the cursor; `max` is nowhere.
    private var current = UInt64.max
    /// Moves that were searches.
    private(set) var farMoves = 0

    /// Up to here, stepping over records is cheaper than a search in the page.
    private static let nearby: UInt64 = 12

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
        farMoves &+= 1
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
    /// properties append null. A few nanoseconds each where the property is in memory
    /// (`LiveColumns`); else the cursor stays where the last id was, so that ids in ascending order
    /// cost tens of nanoseconds, and others up to a microsecond.
    public func appendProperty(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>,
        to column: inout ColumnBuilder
    ) {
        let subject = LiveSubject.property(kind, key)
        guard let live = liveColumn(subject, reading: ids.count) else {
            var reader = StoredPropertyReader(self, key, kind)
            for id in ids { reader.append(id, to: &column) }
            noteReads(reader.farReads, of: ids.count, without: subject)
            return
        }
        var reader: StoredPropertyReader?
        let elsewhere = live.append(ids, to: &column) { id, column in
            if reader == nil { reader = StoredPropertyReader(self, key, kind) }
            reader?.append(id, to: &column)
        }
        if elsewhere > 0 { noteReads(elsewhere, outside: live, of: subject) }
    }

    /// A string property of many entities by codes; -1 is null. nil where it is not in memory in this
    /// form, or some value is not: then ``appendProperty(_:of:_:to:)`` reads them.
    public func stringCodes(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>
    ) -> (codes: ContiguousArray<Int32>, of: CodedStrings)? {
        guard let live = knownLiveColumn(.property(kind, key)) else { return nil }
        var strings: CodedStrings?
        let codes = ContiguousArray<Int32>(unsafeUninitializedCapacity: ids.count) {
            target, count in
            guard let start = target.baseAddress else { return }
            strings = live.copyCodes(ids, into: start)
            count = strings == nil ? 0 : ids.count
        }
        return strings.map { (codes, $0) }
    }

    /// Appends one byte per node: 1 where it has the label.
    public func testLabel(
        _ label: LabelID, of nodes: UnsafeBufferPointer<NodeID>,
        into flags: inout ContiguousArray<UInt8>
    ) {
        let subject = LiveSubject.label(label)
        guard let live = liveColumn(subject, reading: nodes.count) else {
            var reader = StoredLabelReader(self, label)
            for node in nodes { flags.append(reader.read(node) ? 1 : 0) }
            noteReads(reader.farReads, of: nodes.count, without: subject)
            return
        }
        var reader: StoredLabelReader?
        let elsewhere = live.appendMembership(nodes, to: &flags) { node in
            if reader == nil { reader = StoredLabelReader(self, label) }
            return reader?.read(node) ?? false
        }
        if elsewhere > 0 { noteReads(elsewhere, outside: live, of: subject) }
    }
}

/// Reads one property of one entity after another from the records.
private struct StoredPropertyReader {
    private let view: GraphView
    private let key: KeyID
    private let kind: EntityKind
    private var walk: RecordWalk?

    init(_ view: GraphView, _ key: KeyID, _ kind: EntityKind) {
        self.view = view
        self.key = key
        self.kind = kind
        walk = view.walk(of: kind)
    }

    var farReads: Int { walk?.farMoves ?? 0 }

    @inline(__always)
    mutating func append(_ id: UInt64, to column: inout ColumnBuilder) {
        guard id != Column.absent, walk?.move(to: id) ?? false, let bytes = walk?.cursor.value
        else { return column.appendNull() }
        let lookup = PropertyBlob.find(key, inRecordOf: kind, bytes)
        if case .found(let stored) = lookup, append(stored, to: &column) { return }
        column.appendNull()
        if case .absent = lookup { return }
        view.noteDamage("\(kind) \(id) has damaged properties")
    }

    /// Appends without building a value where the kind allows it; false where it is damaged.
    @inline(__always)
    private func append(_ stored: PropertyBlob.Stored, to column: inout ColumnBuilder) -> Bool {
        let tag = stored.tag
        if tag >= PropertyTag.integer8.rawValue, tag <= PropertyTag.integer64.rawValue {
            guard let value = stored.integer else { return false }
            column.append(integer: value)
        } else if tag == PropertyTag.float.rawValue {
            guard stored.payload.count == 8 else { return false }
            column.append(float: stored.payload.double(at: 0))
        } else if tag == PropertyTag.string.rawValue {
            column.append(utf8: stored.payload)
        } else if tag <= PropertyTag.booleanTrue.rawValue, tag > 0 {
            column.append(boolean: tag == PropertyTag.booleanTrue.rawValue)
        } else {
            guard let value = stored.value else { return false }
            column.append(value)
        }
        return true
    }
}

/// Reads of one node after another from the records whether it has a label.
struct StoredLabelReader {
    private let view: GraphView
    private let label: LabelID
    private var walk: RecordWalk?

    init(_ view: GraphView, _ label: LabelID) {
        self.view = view
        self.label = label
        walk = view.walk(of: .node)
    }

    var farReads: Int { walk?.farMoves ?? 0 }

    @inline(__always)
    mutating func read(_ node: NodeID) -> Bool {
        guard node != Column.absent, walk?.move(to: node) ?? false, let bytes = walk?.cursor.value
        else { return false }
        if let record = NodeRecord(bytes) { return record.hasLabel(label) }
        view.noteDamage("node \(node) has a short record")
        return false
    }
}

extension PropertyBlob {
    @inline(__always)
    static func find(
        _ key: KeyID, inRecordOf kind: EntityKind, _ record: UnsafeRawBufferPointer
    ) -> Lookup {
        switch kind {
        case .node: NodeRecord(record)?.properties.find(key) ?? .damaged
        case .relationship: StoredRelationship(record)?.properties.find(key) ?? .damaged
        }
    }
}

extension GraphView {
    fileprivate func walk(of kind: EntityKind) -> RecordWalk? {
        if let cursor = cursor(of: kind) { return RecordWalk(cursor) }
        noteDamage("no cursor could be opened")
        return nil
    }
}
