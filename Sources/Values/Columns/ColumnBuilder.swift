/// Appends values one by one and keeps the narrowest column that holds them all.
///
/// The first non-null value decides the kind; one of another kind turns what is there into
/// `.values`. Nulls before the first value cost nothing to keep.
public struct ColumnBuilder: Sendable {
    @usableFromInline enum Kind: Sendable {
        case undecided, nodes, relationships, integers, floats, booleans, strings, values
    }

    @usableFromInline var kind: Kind = .undecided
    @usableFromInline var leadingNulls = 0
    /// Of nodes or of relationships.
    @usableFromInline var ids: ContiguousArray<UInt64> = []
    @usableFromInline var integers: ContiguousArray<Int64> = []
    @usableFromInline var floats: ContiguousArray<Double> = []
    @usableFromInline var booleans: ContiguousArray<UInt8> = []
    @usableFromInline var strings = StringColumn()
    @usableFromInline var values: ContiguousArray<Value> = []
    @usableFromInline var validity: ContiguousArray<UInt8>?
    @usableFromInline let capacity: Int

    public init(capacity: Int = 0) { self.capacity = capacity }

    @inlinable public var count: Int {
        switch kind {
        case .undecided: leadingNulls
        case .nodes, .relationships: ids.count
        case .integers: integers.count
        case .floats: floats.count
        case .booleans: booleans.count
        case .strings: strings.count
        case .values: values.count
        }
    }

    @inlinable public mutating func append(integer value: Int64) {
        if kind == .integers {
            integers.append(value)
            validity?.append(1)
        } else {
            appendSlowly(.integer(value))
        }
    }

    @inlinable public mutating func append(float value: Double) {
        if kind == .floats {
            floats.append(value)
            validity?.append(1)
        } else {
            appendSlowly(.float(value))
        }
    }

    @inlinable public mutating func append(boolean value: Bool) {
        if kind == .booleans {
            booleans.append(value ? 1 : 0)
        } else {
            appendSlowly(.boolean(value))
        }
    }

    @inlinable public mutating func append(node id: UInt64) {
        if kind == .nodes { ids.append(id) } else { appendSlowly(.nodeReference(id)) }
    }

    @inlinable public mutating func append(relationship id: UInt64) {
        if kind == .relationships {
            ids.append(id)
        } else {
            appendSlowly(.relationshipReference(id))
        }
    }

    @inlinable public mutating func append(utf8: UnsafeRawBufferPointer) {
        if kind == .strings, strings.bytes.count + utf8.count <= StringColumn.maximumBytes {
            strings.append(utf8: utf8)
        } else {
            appendSlowly(.string(String(decoding: utf8, as: UTF8.self)))
        }
    }

    @inlinable public mutating func append(_ value: Value) {
        switch value {
        case .integer(let value): append(integer: value)
        case .float(let value): append(float: value)
        case .boolean(let value): append(boolean: value)
        case .null: appendNull()
        default: appendSlowly(value)
        }
    }

    public mutating func appendNull() {
        switch kind {
        case .undecided: leadingNulls += 1
        case .nodes, .relationships: ids.append(Column.absent)
        case .integers:
            if validity == nil { validity = .init(repeating: 1, count: integers.count) }
            integers.append(0)
            validity?.append(0)
        case .floats:
            if validity == nil { validity = .init(repeating: 1, count: floats.count) }
            floats.append(0)
            validity?.append(0)
        case .booleans: booleans.append(2)
        case .strings: strings.appendNull()
        case .values: values.append(.null)
        }
    }

    /// The kind is not decided yet, or the value is not of it.
    @usableFromInline mutating func appendSlowly(_ value: Value) {
        if kind == .undecided {
            decide(for: value)
        } else if !accepts(value) {
            widen()
        }
        switch (kind, value) {
        case (.integers, .integer(let value)):
            integers.append(value)
            validity?.append(1)
        case (.floats, .float(let value)):
            floats.append(value)
            validity?.append(1)
        case (.booleans, .boolean(let value)): booleans.append(value ? 1 : 0)
        case (.strings, .string(let value)): strings.append(value)
        case (.nodes, .nodeReference(let id)), (.relationships, .relationshipReference(let id)):
            ids.append(id)
        default: values.append(value)
        }
    }

    private func accepts(_ value: Value) -> Bool {
        switch (kind, value) {
        case (.integers, .integer), (.floats, .float), (.booleans, .boolean), (.values, _),
            (.nodes, .nodeReference), (.relationships, .relationshipReference):
            true
        case (.strings, .string(let value)):
            strings.bytes.count + value.utf8.count <= StringColumn.maximumBytes
        default: false
        }
    }

    private mutating func decide(for value: Value) {
        let nulls = leadingNulls
        switch value {
        case .integer: kind = .integers
        case .float: kind = .floats
        case .boolean: kind = .booleans
        case .string(let value):
            kind = value.utf8.count <= StringColumn.maximumBytes ? .strings : .values
        case .nodeReference: kind = .nodes
        case .relationshipReference: kind = .relationships
        default: kind = .values
        }
        switch kind {
        case .nodes, .relationships: ids.reserveCapacity(capacity)
        case .integers: integers.reserveCapacity(capacity)
        case .floats: floats.reserveCapacity(capacity)
        case .booleans: booleans.reserveCapacity(capacity)
        case .strings: strings.offsets.reserveCapacity(capacity + 1)
        default: values.reserveCapacity(capacity)
        }
        for _ in 0..<nulls { appendNull() }
    }

    /// Turns what is there into general values.
    @usableFromInline mutating func widen() {
        let widened = build().asValues()
        self = ColumnBuilder(capacity: capacity)
        kind = .values
        values = widened
        values.reserveCapacity(capacity)
    }

    /// The column. The builder keeps its contents: begin a new one for the next batch.
    public func build() -> Column {
        switch kind {
        case .undecided: .constant(.null, count: leadingNulls)
        case .nodes: .nodes(ids)
        case .relationships: .relationships(ids)
        case .integers: .integers(integers, Validity(validity))
        case .floats: .floats(floats, Validity(validity))
        case .booleans: .booleans(booleans)
        case .strings: .strings(strings)
        case .values: .values(values)
        }
    }
}

extension ColumnBuilder {
    /// Appends one row of a column; a string's bytes are copied without making a string.
    public mutating func append(row: Int, of column: Column) {
        switch column {
        case .strings(let strings) where strings.validity.isValid(row):
            strings.withUnsafeContents { bytes, offsets in
                append(
                    utf8: UnsafeRawBufferPointer(
                        rebasing: bytes[Int(offsets[row])..<Int(offsets[row + 1])]))
            }
        default: append(column.value(row))
        }
    }

    /// Appends every row of a column.
    public mutating func append(contentsOf column: Column) {
        for row in 0..<column.count { append(row: row, of: column) }
    }
}
