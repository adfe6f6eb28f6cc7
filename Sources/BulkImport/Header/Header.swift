/// The first line of a file, or of the first of several: what each column holds.
struct Header: Sendable {
    enum Kind: Sendable { case nodes, relationships }

    let columns: [ColumnRole]

    /// Reads the reader's current record as a header.
    init(_ reader: CSVReader, _ kind: Kind) throws(ImportError) {
        var columns: [ColumnRole] = []
        var names: Set<String> = []
        for field in reader.fields {
            let text = reader.text(of: field).trimmed()
            do throws(HeaderFailure) {
                columns.append(try Self.role(text, kind))
            } catch {
                throw ImportError(error.reason, at: reader.place(of: field))
            }
            if let name = columns.last?.propertyName, !names.insert(name).inserted {
                throw ImportError(
                    "the header names the property `\(name)` twice", at: reader.place(of: field))
            }
        }
        self.columns = columns
        try checkEnds(kind, at: reader.place)
    }

    private func checkEnds(_ kind: Kind, at place: ImportError.Place) throws(ImportError) {
        guard kind == .relationships else { return }
        let starts = columns.count { if case .startID = $0 { true } else { false } }
        let ends = columns.count { if case .endID = $0 { true } else { false } }
        if starts != 1 || ends != 1 {
            throw ImportError(
                "a relationship file needs one :START_ID and one :END_ID column; this header has "
                    + "\(starts) and \(ends)", at: place)
        }
    }

    private struct HeaderFailure: Error { let reason: String }

    /// `name:type(Space){options}`; everything but the name or the type may be missing.
    private static func role(_ text: String, _ kind: Kind) throws(HeaderFailure) -> ColumnRole {
        var rest = Substring(text)
        let options = try takeOptions(&rest)
        guard let colon = rest.lastIndex(of: ":") else {
            if rest.isEmpty { return .ignore }
            return .property(
                name: String(rest), type: .string, isArray: false, options: options.values)
        }
        let name = String(rest[..<colon])
        var type = rest[rest.index(after: colon)...]
        let space = takeSpace(&type)
        let isInteger = options.isIntegerID
        switch type.uppercased() {
        case "ID":
            guard kind == .nodes else { break }
            return .id(property: name.isEmpty ? nil : name, space: space, isInteger: isInteger)
        case "START_ID":
            guard kind == .relationships else { break }
            return .startID(space: space, isInteger: isInteger)
        case "END_ID":
            guard kind == .relationships else { break }
            return .endID(space: space, isInteger: isInteger)
        case "LABEL":
            guard kind == .nodes else { break }
            return .label
        case "TYPE":
            guard kind == .relationships else { break }
            return .type
        case "IGNORE": return .ignore
        default: return try property(name, type, options.values)
        }
        throw HeaderFailure(
            reason: "a column `:\(type)` does not belong into a file of "
                + (kind == .nodes ? "nodes" : "relationships"))
    }

    private static func property(_ name: String, _ type: Substring, _ options: ColumnOptions)
        throws(HeaderFailure) -> ColumnRole
    {
        let isArray = type.hasSuffix("[]")
        let typeName = String(isArray ? type.dropLast(2) : type)
        guard let columnType = ColumnType(name: typeName) else {
            let known = ColumnType.allCases.map(\.rawValue).joined(separator: ", ")
            throw HeaderFailure(
                reason: "there is no type `\(typeName)`; the types are \(known), each with [] for "
                    + "an array, and ID, START_ID, END_ID, LABEL, TYPE, IGNORE")
        }
        guard !name.isEmpty else {
            throw HeaderFailure(reason: "a column of type `\(type)` needs a name before the colon")
        }
        return .property(name: name, type: columnType, isArray: isArray, options: options)
    }

    private static func takeSpace(_ type: inout Substring) -> String {
        guard type.hasSuffix(")"), let open = type.firstIndex(of: "(") else { return "" }
        let space = String(type[type.index(after: open)...].dropLast())
        type = type[..<open]
        return space
    }

    private struct Options {
        var values = ColumnOptions()
        var isIntegerID: Bool?
    }

    private static func takeOptions(_ text: inout Substring) throws(HeaderFailure) -> Options {
        guard text.hasSuffix("}"), let open = text.firstIndex(of: "{") else { return Options() }
        var options = Options()
        let inside = text[text.index(after: open)...].dropLast()
        text = text[..<open]
        for entry in inside.split(separator: ",") {
            guard let colon = entry.firstIndex(of: ":") else {
                throw HeaderFailure(reason: "an option is written {name:value}, not {\(inside)}")
            }
            let name = String(entry[..<colon]).trimmed().lowercased()
            let value = String(entry[entry.index(after: colon)...]).trimmed()
                .trimmingQuotes()
            switch name {
            case "timezone": options.values.timezone = value
            case "crs": options.values.crs = value
            case "id-type": options.isIntegerID = value.lowercased() != "string"
            case "label", "labels": break
            default:
                throw HeaderFailure(
                    reason:
                        "there is no option `\(name)`; the options are timezone, crs and id-type")
            }
        }
        return options
    }
}

extension ColumnRole {
    var propertyName: String? {
        switch self {
        case .id(let property, _, _): property
        case .property(let name, _, _, _): name
        default: nil
        }
    }
}

extension String {
    func trimmed() -> String {
        let isSpace: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        var view = Substring(self).unicodeScalars
        while let first = view.first, isSpace(first) { view.removeFirst() }
        while let last = view.last, isSpace(last) { view.removeLast() }
        return String(view)
    }

    func trimmingQuotes() -> String {
        guard count >= 2, let first, first == last, first == "\"" || first == "'" else {
            return self
        }
        return String(dropFirst().dropLast())
    }
}
