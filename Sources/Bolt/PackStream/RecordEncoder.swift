import Values

/// Writes rows of a batch as RECORD messages, straight from the columns.
///
/// Each column is looked at once a batch: its cells become a view of plain memory, so that a row
/// costs no reference counting and integers, floats, booleans and strings no `Value`. A single row
/// is not worth that.
struct RecordEncoder {
    /// Views nest on the stack, one level a column; wider results go value by value.
    static let widestView = 64

    static func write(_ batch: RecordBatch, to encoder: inout PackStreamEncoder) throws {
        let bytesPerRow = 6 + 5 * batch.columns.count
        encoder.reserve(batch.rows.count * bytesPerRow)
        if batch.rows.count > 1, batch.columns.count <= widestView {
            var views: [CellView] = []
            try withViews(of: batch.columns[...], &views, batch.rows, &encoder)
        } else {
            for row in batch.rows {
                try encoder.writeRecord(columns: batch.columns.count) { encoder, column in
                    try encoder.write(batch.columns[column].value(row))
                }
            }
        }
    }

    /// Opens the columns one by one, then writes the rows.
    private static func withViews(
        of columns: ArraySlice<Column>, _ views: inout [CellView], _ rows: Range<Int>,
        _ encoder: inout PackStreamEncoder
    ) throws {
        guard let column = columns.first else {
            for row in rows {
                try encoder.writeRecord(columns: views.count) { [views] encoder, place in
                    try views[place].write(row, to: &encoder)
                }
            }
            return
        }
        try CellView.with(column, dialect: encoder.dialect) { view in
            views.append(view)
            try withViews(of: columns.dropFirst(), &views, rows, &encoder)
        }
    }
}

extension PackStreamEncoder {
    /// The RECORD of one row, from its values.
    mutating func write(record row: [Value]) throws {
        try writeRecord(columns: row.count) { encoder, column in try encoder.write(row[column]) }
    }

    /// A RECORD in its chunks; where a cell cannot be told, nothing of the record remains.
    @inline(__always)
    fileprivate mutating func writeRecord(
        columns: Int, cell: (inout PackStreamEncoder, Int) throws -> Void
    ) throws {
        try writeMessage { encoder in
            encoder.writeStructure(ResponseTag.record, fields: 1)
            try encoder.writeSize(columns, of: .list)
            for column in 0..<columns { try cell(&encoder, column) }
        }
    }
}

/// The cells of one column as plain memory, valid within the closure of ``with(_:dialect:_:)``.
private enum CellView {
    case integers(UnsafeBufferPointer<Int64>, valid: UnsafeBufferPointer<UInt8>?)
    case floats(UnsafeBufferPointer<Double>, valid: UnsafeBufferPointer<UInt8>?)
    case booleans(UnsafeBufferPointer<UInt8>)
    case strings(
        UnsafeBufferPointer<UInt8>, offsets: UnsafeBufferPointer<Int32>,
        valid: UnsafeBufferPointer<UInt8>?)
    case values(UnsafeBufferPointer<Value>)
    /// One value for all rows, encoded already.
    case constant(UnsafeRawBufferPointer)

    static func with(
        _ column: Column, dialect: PackStreamDialect, _ body: (CellView) throws -> Void
    ) throws {
        switch column {
        case .nodes, .relationships: throw PackStreamError.unmaterialisedReference
        case .integers(let values, let validity):
            try values.withUnsafeBufferPointer { values in
                try validity.withBytes { try body(.integers(values, valid: $0)) }
            }
        case .floats(let values, let validity):
            try values.withUnsafeBufferPointer { values in
                try validity.withBytes { try body(.floats(values, valid: $0)) }
            }
        case .booleans(let values):
            try values.withUnsafeBufferPointer { try body(.booleans($0)) }
        case .strings(let strings):
            try strings.bytes.withUnsafeBufferPointer { bytes in
                try strings.offsets.withUnsafeBufferPointer { offsets in
                    try strings.validity.withBytes {
                        try body(.strings(bytes, offsets: offsets, valid: $0))
                    }
                }
            }
        case .values(let values): try values.withUnsafeBufferPointer { try body(.values($0)) }
        case .constant(let value, _):
            var encoder = PackStreamEncoder(dialect: dialect)
            try encoder.write(value)
            try encoder.bytes.withUnsafeBytes { try body(.constant($0)) }
        }
    }

    @inline(__always)
    func write(_ row: Int, to encoder: inout PackStreamEncoder) throws {
        switch self {
        case .integers(let values, let valid):
            if let valid, valid[row] == 0 {
                encoder.writeNull()
            } else {
                encoder.write(integer: values[row])
            }
        case .floats(let values, let valid):
            if let valid, valid[row] == 0 {
                encoder.writeNull()
            } else {
                encoder.write(float: values[row])
            }
        case .booleans(let values):
            if values[row] == 2 {
                encoder.writeNull()
            } else {
                encoder.write(boolean: values[row] == 1)
            }
        case .strings(let bytes, let offsets, let valid):
            if let valid, valid[row] == 0 {
                encoder.writeNull()
            } else {
                let range = Int(offsets[row])..<Int(offsets[row + 1])
                let string = UnsafeBufferPointer(rebasing: bytes[range])
                try encoder.write(utf8: UnsafeRawBufferPointer(string))
            }
        case .values(let values): try encoder.write(values[row])
        case .constant(let bytes): encoder.bytes.append(contentsOf: bytes)
        }
    }
}

extension Validity {
    fileprivate func withBytes(
        _ body: (UnsafeBufferPointer<UInt8>?) throws -> Void
    ) throws {
        guard let bytes else { return try body(nil) }
        try bytes.withUnsafeBufferPointer { try body($0) }
    }
}
