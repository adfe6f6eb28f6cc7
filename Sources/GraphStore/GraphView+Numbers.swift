internal import Values

extension GraphView {
    /// A property of many entities as numbers, in their order; what is no finite number becomes
    /// `fallback`. Costs what `appendProperty` does.
    public func numbers(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>,
        default fallback: Double
    ) -> ContiguousArray<Double> {
        let column = column(key, of: kind, ids)
        switch column {
        case .floats(let values, let validity) where validity.bytes == nil:
            return values.allSatisfy(\.isFinite)
                ? values : ContiguousArray(values.map { $0.isFinite ? $0 : fallback })
        case .integers(let values, let validity) where validity.bytes == nil:
            return ContiguousArray(values.map(Double.init))
        default:
            return ContiguousArray(
                (0..<column.count).map { row in
                    switch column.value(row) {
                    case .integer(let value): Double(value)
                    case .float(let value) where value.isFinite: value
                    default: fallback
                    }
                })
        }
    }

    /// A property of many entities as times: numbers in their own unit, temporal values in seconds
    /// since 1970. What is no time lies infinitely long ago.
    public func moments(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>
    ) -> ContiguousArray<Double> {
        Moment.seconds(column(key, of: kind, ids))
    }

    private func column(
        _ key: KeyID, of kind: EntityKind, _ ids: UnsafeBufferPointer<UInt64>
    ) -> Column {
        var builder = ColumnBuilder(capacity: ids.count)
        appendProperty(key, of: kind, ids, to: &builder)
        return builder.build()
    }
}
