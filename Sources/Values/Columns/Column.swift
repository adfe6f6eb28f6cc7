/// One column of a batch: values of one kind, side by side.
///
/// Types are found out batch by batch, not declared: a reader that meets only integers leaves an
/// `.integers` column, and the first value of another kind turns it into `.values`. Kernels switch
/// on the kind once a batch and run over plain arrays. `values` is the general path: it is always
/// correct, only slower.
public enum Column: Sendable {
    /// Node ids; ``absent`` is null.
    case nodes(ContiguousArray<UInt64>)
    /// Relationship ids; ``absent`` is null.
    case relationships(ContiguousArray<UInt64>)
    case integers(ContiguousArray<Int64>, Validity)
    case floats(ContiguousArray<Double>, Validity)
    /// 0 false, 1 true, 2 null
    case booleans(ContiguousArray<UInt8>)
    case strings(StringColumn)
    case values(ContiguousArray<Value>)
    /// The same value in every row: a literal, a parameter.
    case constant(Value, count: Int)

    /// The id that stands for null in `nodes` and `relationships`. No store hands it out.
    public static let absent = UInt64.max
}

extension Column {
    public var count: Int {
        switch self {
        case .nodes(let ids), .relationships(let ids): ids.count
        case .integers(let values, _): values.count
        case .floats(let values, _): values.count
        case .booleans(let values): values.count
        case .strings(let strings): strings.count
        case .values(let values): values.count
        case .constant(_, let count): count
        }
    }

    public func isNull(_ row: Int) -> Bool {
        switch self {
        case .nodes(let ids), .relationships(let ids): ids[row] == Column.absent
        case .integers(_, let validity), .floats(_, let validity): !validity.isValid(row)
        case .booleans(let values): values[row] == 2
        case .strings(let strings): !strings.validity.isValid(row)
        case .values(let values): if case .null = values[row] { true } else { false }
        case .constant(.null, _): true
        case .constant: false
        }
    }

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
