import GraphStore

/// The columns of a file that together hold an id, and the nodes of their id space.
///
/// An id of several columns (neo4j-admin's composite ids) is the string of its parts with a unit
/// separator between them, so that `a`, `bc` is not `ab`, `c`.
final class IDColumns {
    let map: IDMap
    let spaceName: String
    private let places: [Int]
    /// Where there is one column of integers: it, and the ids of the map that need no table, as far
    /// as it was filled when these columns were found.
    private let integerPlace: Int?
    private let sequence: IDSequence
    private var composite: [UInt8] = []

    private static let separator: UInt8 = 0x1F

    init(_ places: [Int], _ spaceName: String, _ map: IDMap) {
        self.places = places
        self.spaceName = spaceName
        self.map = map
        integerPlace = map.idType == .integer && places.count == 1 ? places[0] : nil
        sequence = map.sequence
    }

    /// The node of the current record's id; nil where there is none. Errors: an id that is missing
    /// or of the wrong kind.
    @inline(__always)
    func node(_ reader: borrowing CSVReader) throws(ImportError) -> NodeID? {
        if let integerPlace {
            let field = reader.fields[integerPlace]
            let number = reader.withBytes(of: field) { FieldParser.integer($0) }
            if let number, let node = sequence.node(number) { return node }
        }
        return try withID(reader) { map.node($0) }
    }

    /// The first of the columns, for errors about the id.
    func field(_ reader: borrowing CSVReader) -> CSVReader.Field { reader.fields[places[0]] }

    /// The id as an error shows it.
    func text(_ reader: borrowing CSVReader) -> String {
        let parts = places.map { reader.text(of: reader.fields[$0]) }
        let place = spaceName.isEmpty ? "" : " in the id space `\(spaceName)`"
        return "the id `\(parts.joined(separator: ", "))`\(place)"
    }

    /// Calls `body` with the current record's id.
    @inline(__always)
    func withID<R>(
        _ reader: borrowing CSVReader, _ body: (ExternalID) -> R
    ) throws(ImportError) -> R {
        if places.count > 1 { return try withComposite(reader, body) }
        let field = reader.fields[places[0]]
        do throws(Failure) {
            return try reader.withBytes(of: field) { bytes throws(Failure) in
                try withID(bytes, body)
            }
        } catch { throw ImportError(error.reason, at: reader.place(of: field)) }
    }

    private struct Failure: Error { let reason: String }

    @inline(__always)
    private func withID<R>(
        _ bytes: UnsafeRawBufferPointer, _ body: (ExternalID) -> R
    ) throws(Failure) -> R {
        if map.idType == .integer, let number = FieldParser.integer(bytes) {
            return body(.integer(number))
        }
        guard !bytes.isEmpty else { throw Failure(reason: "the id is missing") }
        guard bytes.count <= ExternalID.maximumBytes else {
            throw Failure(reason: "an id ends at \(ExternalID.maximumBytes) bytes")
        }
        guard map.idType == .string else {
            let text = String(decoding: bytes.prefix(60), as: UTF8.self)
            throw Failure(reason: "the id `\(text)` is not an integer")
        }
        return body(.string(bytes))
    }

    private func withComposite<R>(
        _ reader: borrowing CSVReader, _ body: (ExternalID) -> R
    ) throws(ImportError) -> R {
        composite.removeAll(keepingCapacity: true)
        for place in places {
            let field = reader.fields[place]
            if field.start == field.end {
                throw ImportError(
                    "a part of the id is missing", at: reader.place(of: field))
            }
            if !composite.isEmpty { composite.append(Self.separator) }
            reader.withBytes(of: field) { composite.append(contentsOf: $0) }
        }
        do throws(Failure) {
            return try composite.withUnsafeBufferPointer { (buffer) throws(Failure) -> R in
                try withID(UnsafeRawBufferPointer(buffer), body)
            }
        } catch { throw ImportError(error.reason, at: reader.place(of: field(reader))) }
    }
}

/// The id spaces of an import by name; the global one has none.
struct IDSpaces {
    private var maps: [String: IDMap] = [:]
    private let idType: ImportOptions.IDType

    init(_ idType: ImportOptions.IDType) { self.idType = idType }

    /// The `:ID` columns of a node file; nil where it has none: then nothing can point at its
    /// nodes. Makes the space where it is new.
    mutating func nodeColumns(_ header: Header, at place: ImportError.Place) throws(ImportError)
        -> IDColumns?
    {
        var space = IDSpace()
        let places = header.columns.indices.filter {
            guard case .id(_, let found) = header.columns[$0] else { return false }
            space = found
            return true
        }
        if places.isEmpty { return nil }
        // Several columns make a text, whatever each of them is.
        let type = places.count > 1 ? .string : space.idType ?? idType
        let map = maps[space.name] ?? IDMap(type)
        maps[space.name] = map
        guard map.idType == type else {
            throw ImportError(
                "the ids of \(Self.title(space.name)) are \(map.idType.rawValue)s in another "
                    + "file, and \(type.rawValue)s here", at: place)
        }
        return IDColumns(places, space.name, map)
    }

    /// The columns of one end of a relationship file, whose nodes have been imported.
    func endColumns(_ header: Header, isStart: Bool, at place: ImportError.Place)
        throws(ImportError) -> IDColumns
    {
        var names: Set<String> = []
        let places = header.columns.indices.filter {
            switch header.columns[$0] {
            case .startID(let space) where isStart: names.insert(space.name)
            case .endID(let space) where !isStart: names.insert(space.name)
            default: return false
            }
            return true
        }
        guard let name = names.first, names.count == 1 else {
            throw ImportError("the columns of one end must be of one id space", at: place)
        }
        guard let map = maps[name] else {
            throw ImportError(
                "no node file has ids of \(Self.title(name)): its header needs "
                    + (name.isEmpty ? ":ID" : ":ID(\(name))"), at: place)
        }
        return IDColumns(places, name, map)
    }

    private static func title(_ name: String) -> String {
        name.isEmpty ? "the global id space" : "the id space `\(name)`"
    }
}
