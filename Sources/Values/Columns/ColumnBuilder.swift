/// Appends values one by one and keeps the narrowest column that holds them all.
///
/// The first non-null value decides the kind; one of another kind turns what is there into
/// `.values`. Nulls before the first value cost nothing to keep.
public struct ColumnBuilder: Sendable {
    @usableFromInline enum Kind: Sendable {
        case undecided, integers, floats, booleans, strings, values
    }

    @usableFromInline var kind: Kind = .undecided
    @usableFromInline var leadingNulls = 0
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

    @inlinable public mutating func append(utf8: UnsafeRawBufferPointer) {
        if kind == .strings {
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
        } else {
            switch (kind, value) {
            case (.integers, .integer), (.floats, .float), (.booleans, .boolean),
                (.strings, .string), (.values, _):
                break
            default: widen()
            }
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
        default: values.append(value)
        }
    }

    private mutating func decide(for value: Value) {
        let nulls = leadingNulls
        switch value {
        case .integer: kind = .integers
        case .float: kind = .floats
        case .boolean: kind = .booleans
        case .string: kind = .strings
        default: kind = .values
        }
        switch kind {
        case .integers: integers.reserveCapacity(capacity)
        case .floats: floats.reserveCapacity(capacity)
        case .booleans: booleans.reserveCapacity(capacity)
        case .strings: strings.offsets.reserveCapacity(capacity + 1)
        default: values.reserveCapacity(capacity)
        }
        for _ in 0..<nulls { appendNull() }
    }

    /// Turns what is there into general values.
    private mutating func widen() {
        let column = build()
        values.removeAll(keepingCapacity: true)
        for row in 0..<column.count { values.append(column.value(row)) }
        kind = .values
        integers = []
        floats = []
        booleans = []
        strings = StringColumn()
        validity = nil
    }

    /// The column. The builder keeps its contents: begin a new one for the next batch.
    public func build() -> Column {
        switch kind {
        case .undecided: .constant(.null, count: leadingNulls)
        case .integers: .integers(integers, Validity(validity))
        case .floats: .floats(floats, Validity(validity))
        case .booleans: .booleans(booleans)
        case .strings: .strings(strings)
        case .values: .values(values)
        }
    }
}

extension Column {
    /// A row as a value; nodes and relationships as references.
    public func value(_ row: Int) -> Value {
        switch self {
        case .nodes(let ids): ids[row] == Column.absent ? .null : .nodeReference(ids[row])
        case .relationships(let ids):
            ids[row] == Column.absent ? .null : .relationshipReference(ids[row])
        case .integers(let values, let validity):
            validity.isValid(row) ? .integer(values[row]) : .null
        case .floats(let values, let validity):
            validity.isValid(row) ? .float(values[row]) : .null
        case .booleans(let values): values[row] == 2 ? .null : .boolean(values[row] == 1)
        case .strings(let strings): strings[row].map { .string($0) } ?? .null
        case .values(let values): values[row]
        case .constant(let value, _): value
        }
    }
}
