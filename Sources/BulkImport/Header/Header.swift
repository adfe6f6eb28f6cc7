/// The first line of a file, or of the first of several: what each column holds.
struct Header: Sendable {
    enum Kind: Sendable { case nodes, relationships }

    let columns: [ColumnRole]

    /// Reads the reader's current record as a header.
    init(_ reader: borrowing CSVReader, _ kind: Kind) throws(ImportError) {
        var columns: [ColumnRole] = []
        var names: Set<[UInt8]> = []
        for field in reader.fields {
            let text = reader.text(of: field).trimmed()
            let place = reader.place(of: field)
            var column = ColumnText(text, kind)
            do throws(ColumnText.Failure) { columns.append(try column.role()) } catch {
                throw ImportError(error.reason, at: place)
            }
            if let name = columns.last?.propertyName, !names.insert(Array(name.utf8)).inserted {
                throw ImportError("the header names the property `\(name)` twice", at: place)
            }
        }
        self.columns = columns
        try check(kind, at: reader.place)
    }

    private func check(_ kind: Kind, at place: ImportError.Place) throws(ImportError) {
        let spaces = columns.compactMap { if case .id(_, let space) = $0 { space } else { nil } }
        if let first = spaces.first, !spaces.allSatisfy({ $0.name == first.name }) {
            throw ImportError("the :ID columns of one file must be of one id space", at: place)
        }
        guard kind == .relationships else { return }
        let starts = columns.count { if case .startID = $0 { true } else { false } }
        let ends = columns.count { if case .endID = $0 { true } else { false } }
        let types = columns.count { $0 == .type }
        if starts == 0 || ends == 0 {
            throw ImportError(
                "a relationship file needs a :START_ID and an :END_ID column; this header has "
                    + "\(starts) and \(ends)", at: place)
        }
        if types > 1 { throw ImportError("the header has \(types) :TYPE columns", at: place) }
    }
}

/// One field of a header: `name:type(Space){options}`; everything but the name or the type may be
/// missing, and `[]` for an array stands before the options or behind them.
private struct ColumnText {
    struct Failure: Error { let reason: String }

    private let kind: Header.Kind
    private let text: String
    private var rest: Substring
    private var options = ColumnOptions()
    private var idType: ImportOptions.IDType?
    private var isArray = false

    init(_ text: String, _ kind: Header.Kind) {
        self.kind = kind
        self.text = text
        rest = Substring(text)
    }

    mutating func role() throws(Failure) -> ColumnRole {
        guard !text.isEmpty else {
            throw Failure(reason: "this column has no name; a column to leave out is :IGNORE")
        }
        takeBrackets()
        try takeOptions()
        if !isArray { takeBrackets() }
        if let role = try idRole() { return role }
        guard let colon = rest.lastIndex(of: ":") else {
            return .property(name: String(rest), type: .string, isArray: isArray, options: options)
        }
        let name = String(rest[..<colon])
        let type = String(rest[rest.index(after: colon)...])
        switch (type.uppercased(), kind) {
        case ("LABEL", .nodes): return .label
        case ("TYPE", .relationships): return .type
        case ("IGNORE", _): return .ignore
        case ("LABEL", _), ("TYPE", _): throw misplaced(type)
        default: return try property(name, type)
        }
    }

    /// `name:ID(Space)` and its like; nil where it is none of them. A space may hold colons.
    private func idRole() throws(Failure) -> ColumnRole? {
        var head = rest
        var space = IDSpace(idType: idType)
        if rest.hasSuffix(")"), let open = rest.firstIndex(of: "(") {
            head = rest[..<open]
            space.name = String(rest[rest.index(after: open)...].dropLast())
        }
        guard let colon = head.lastIndex(of: ":") else { return nil }
        let name = String(head[..<colon])
        let type = String(head[head.index(after: colon)...])
        switch (type.uppercased(), kind) {
        case ("ID", .nodes): return .id(property: name.isEmpty ? nil : name, space)
        case ("START_ID", .relationships): return .startID(space)
        case ("END_ID", .relationships): return .endID(space)
        case ("ID", _), ("START_ID", _), ("END_ID", _): throw misplaced(type)
        default: return nil
        }
    }

    private func misplaced(_ type: String) -> Failure {
        Failure(
            reason: "a column :\(type) does not belong into a file of "
                + (kind == .nodes ? "nodes" : "relationships"))
    }

    private func property(_ name: String, _ type: String) throws(Failure) -> ColumnRole {
        guard let columnType = ColumnType(name: type) else {
            let known = ColumnType.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(
                reason: "there is no type `\(type)`; the types are \(known), each with [] for an "
                    + "array, and ID, START_ID, END_ID, LABEL, TYPE, IGNORE")
        }
        guard !name.isEmpty else {
            throw Failure(reason: "a column of type `\(type)` needs a name before the colon")
        }
        return .property(name: name, type: columnType, isArray: isArray, options: options)
    }

    // MARK: Behind the type

    private mutating func takeBrackets() {
        guard rest.hasSuffix("[]"), rest.contains(":") else { return }
        isArray = true
        rest = rest.dropLast(2)
    }

    private mutating func takeOptions() throws(Failure) {
        guard rest.hasSuffix("}"), let open = rest.lastIndex(of: "{"), rest.contains(":") else {
            return
        }
        let inside = rest[rest.index(after: open)...].dropLast()
        rest = rest[..<open]
        for entry in inside.split(separator: ",") {
            guard let colon = entry.firstIndex(of: ":") else {
                throw Failure(reason: "an option is written {name:value}, not {\(inside)}")
            }
            let name = String(entry[..<colon]).trimmed()
            let value = String(entry[entry.index(after: colon)...]).trimmed().trimmingQuotes()
            try set(name, to: value)
        }
    }

    private mutating func set(_ option: String, to value: String) throws(Failure) {
        switch option.lowercased() {
        case "timezone":
            guard TemporalText.zone(named: value) != nil else {
                throw Failure(reason: "there is no time zone `\(value)`")
            }
            options.timezone = value
        case "crs": options.crs = value
        case "id-type":
            switch ColumnType(name: value) {
            case .string?: idType = .string
            case .byte?, .short?, .int?, .long?: idType = .integer
            default: throw Failure(reason: "an id-type is string or integer, not `\(value)`")
            }
        case "label":
            // For neo4j-admin's incremental imports; a new database has nothing to look up there.
            break
        default:
            throw Failure(
                reason: "there is no option `\(option)`; the options are timezone, crs and id-type")
        }
    }
}

extension String {
    /// Without spaces, tabs and carriage returns around it.
    func trimmed() -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || $0 == 9 || $0 == 13 }
        var view = Substring(self).utf8
        while let first = view.first, isSpace(first) { view.removeFirst() }
        while let last = view.last, isSpace(last) { view.removeLast() }
        return String(Substring(view))
    }

    func trimmingQuotes() -> String {
        let bytes = utf8
        guard bytes.count >= 2, let first = bytes.first, first == bytes.last,
            first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        else { return self }
        return String(Substring(bytes.dropFirst().dropLast()))
    }
}
