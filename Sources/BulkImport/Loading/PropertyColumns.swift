import GraphStore
import Values

/// The columns of a file that become properties, with their keys looked up once.
struct PropertyColumns {
    private struct Column {
        let place: Int
        let key: KeyID
        let parser: FieldParser
    }

    private let columns: [Column]

    init(_ header: Header, _ builder: BulkStoreBuilder, _ options: ImportOptions)
        throws(ImportError)
    {
        var columns: [Column] = []
        for (place, role) in header.columns.enumerated() {
            guard let name = role.propertyName else { continue }
            let key: KeyID
            do throws(StoreError) { key = try builder.token(key: name) } catch { throw ImportError(error) }
            let parser: FieldParser
            switch role {
            case .property(_, let type, let isArray, let columnOptions):
                parser = FieldParser(
                    type: type, arrayDelimiter: isArray ? options.arrayDelimiter : nil,
                    options: columnOptions)
            case .id(_, _, let isInteger):
                let asInteger = isInteger ?? (options.idType == .integer)
                parser = FieldParser(type: asInteger ? .long : .string)
            default: continue
            }
            columns.append(Column(place: place, key: key, parser: parser))
        }
        self.columns = columns
    }

    /// Appends the current record's properties. A field with nothing in it is no property.
    func read(_ reader: CSVReader, into properties: inout [(key: KeyID, value: Value)])
        throws(ImportError)
    {
        for column in columns {
            let field = reader.fields[column.place]
            if field.start == field.end, !field.isQuoted { continue }
            let parsed: Result<Value, FieldParser.Failure> = reader.withBytes(of: field) { bytes in
                do throws(FieldParser.Failure) {
                    return .success(try column.parser.parse(bytes))
                } catch { return .failure(error) }
            }
            switch parsed {
            case .success(let value): properties.append((column.key, value))
            case .failure(let failure):
                throw ImportError(failure.reason, at: reader.place(of: field))
            }
        }
    }
}
