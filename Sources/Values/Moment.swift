/// Times as numbers.
public enum Moment {
    /// Numbers as they are, temporal values as seconds since 1970, everything else `-.infinity`.
    public static func seconds(_ column: Column) -> ContiguousArray<Double> {
        switch column {
        case .integers(let values, let validity) where validity.bytes == nil:
            ContiguousArray(values.map(Double.init))
        default:
            ContiguousArray(
                (0..<column.count).map { row in
                    let seconds = seconds(column.value(row)) ?? -.infinity
                    return seconds.isNaN ? -.infinity : seconds
                })
        }
    }

    /// A number as it is, a date or time stamp as seconds since 1970, else nil.
    public static func seconds(_ value: Value) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .float(let value): value
        case .date(let value): Double(value.epochDay) * 86_400
        case .localDateTime(let value): Double(value.epochSecond) + Double(value.nanosecond) / 1e9
        case .dateTime(let value): Double(value.epochSecond) + Double(value.nanosecond) / 1e9
        default: nil
        }
    }
}
