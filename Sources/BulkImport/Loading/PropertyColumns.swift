import GraphStore
import Values

/// The columns of a file that become properties, with their keys looked up once.
struct PropertyColumns {
    private struct Column {
        let place: Int
        let key: KeyID
        let parser: FieldParser
    }

    /// By key, as records hold them; no two have one key.
    private let columns: [Column]

    init(_ header: Header, _ names: BulkNames, _ options: ImportOptions)
        throws(ImportError)
    {
        var columns: [Column] = []
        for (place, role) in header.columns.enumerated() {
            guard let name = role.propertyName else { continue }
            let key: KeyID
            do throws(StoreError) { key = try names.key(name) } catch {
                throw ImportError(error)
            }
            let parser: FieldParser
            switch role {
            case .property(_, let type, let isArray, let columnOptions):
                parser = FieldParser(
                    type: type, arrayDelimiter: isArray ? options.arrayDelimiter : nil,
                    options: columnOptions)
            case .id(_, let space):
                let idType = space.idType ?? options.idType
                parser = FieldParser(type: idType == .integer ? .long : .string)
            default: continue
            }
            columns.append(Column(place: place, key: key, parser: parser))
        }
        self.columns = columns.sorted { $0.key < $1.key }
    }

    var count: Int { columns.count }

    /// Adds the current record's properties to the record that was begun. A field with nothing in
    /// it is no property.
    func read(_ reader: borrowing CSVReader, into record: RecordEncoder) throws(ImportError) {
        for column in columns {
            let field = reader.fields[column.place]
            if field.start == field.end, !field.isQuoted { continue }
            do throws(FieldParser.Failure) {
                try reader.withBytes(of: field) { bytes throws(FieldParser.Failure) in
                    try column.parser.parse(
                        bytes, isQuoted: field.isQuoted, as: column.key, into: record)
                }
            } catch {
                let place = error.isOfRecord ? reader.place : reader.place(of: field)
                throw ImportError(error.reason, at: place)
            }
        }
    }
}
