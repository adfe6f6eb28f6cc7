/// Whole batches without nulls: the caller's loop writes straight into the column's memory.
extension ColumnBuilder {
    /// Appends `count` integers, all of which `fill` must write.
    @inlinable
    public mutating func append(
        integers count: Int, filledBy fill: (UnsafeMutablePointer<Int64>) -> Void
    ) {
        guard count > 0 else { return }
        let new = ContiguousArray<Int64>(unsafeUninitializedCapacity: count) { buffer, filled in
            fill(buffer.baseAddress!)
            filled = count
        }
        if kind == .undecided, leadingNulls == 0 {
            kind = .integers
            integers = new
        } else if kind == .integers {
            integers.append(contentsOf: new)
            validity?.append(contentsOf: repeatElement(1, count: count))
        } else {
            for value in new { append(integer: value) }
        }
    }

    /// Appends `count` floats, all of which `fill` must write.
    @inlinable
    public mutating func append(
        floats count: Int, filledBy fill: (UnsafeMutablePointer<Double>) -> Void
    ) {
        guard count > 0 else { return }
        let new = ContiguousArray<Double>(unsafeUninitializedCapacity: count) { buffer, filled in
            fill(buffer.baseAddress!)
            filled = count
        }
        if kind == .undecided, leadingNulls == 0 {
            kind = .floats
            floats = new
        } else if kind == .floats {
            floats.append(contentsOf: new)
            validity?.append(contentsOf: repeatElement(1, count: count))
        } else {
            for value in new { append(float: value) }
        }
    }

    /// Appends `count` values of several kinds, none of which is null. Where what is there is of one
    /// kind, it becomes general values, as the first of another kind would make it.
    @inlinable
    public mutating func append(values count: Int, _ value: (Int) -> Value) {
        guard count > 0 else { return }
        if kind != .values { widen() }
        values.reserveCapacity(max(capacity, values.count + count))
        for row in 0..<count { values.append(value(row)) }
    }

    /// Appends strings, none of which is null.
    public mutating func append(strings new: StringColumn) {
        guard new.count > 0 else { return }
        if kind == .undecided, leadingNulls == 0 {
            kind = .strings
            strings = new
        } else if kind != .strings || !strings.append(contentsOf: new) {
            append(contentsOf: .strings(new))
        }
    }
}
