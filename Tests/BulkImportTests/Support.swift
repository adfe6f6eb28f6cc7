import CZlib
import Foundation
import GraphStore
import Values

@testable import BulkImport

/// A small generator whose sequence a seed decides, so that every failure comes again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

/// A directory that goes with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "bulk-import-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var database: String { path + "/db" }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, bytes: Array(text.utf8))
    }

    @discardableResult
    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func writeCompressed(_ name: String, _ text: String) throws -> String {
        let path = path + "/" + name
        let file = gzopen(path, "wb")
        let bytes = Array(text.utf8)
        gzwrite(file, bytes, UInt32(bytes.count))
        gzclose(file)
        return path
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }
}

extension CSVReader {
    /// All records as texts, nil for fields with nothing in them.
    static func records(
        _ path: String, _ dialect: Dialect = Dialect(), bufferBytes: Int = initialBytes
    ) throws -> [[[UInt8]?]] {
        var reader = try CSVReader(path, dialect, bufferBytes: bufferBytes)
        var records: [[[UInt8]?]] = []
        while try reader.readRecord() {
            records.append(
                reader.fields.map { field in
                    if field.start == field.end, !field.isQuoted { return nil }
                    return reader.withBytes(of: field) { Array($0) }
                })
        }
        return records
    }
}

/// What a database holds, in forms that tests compare.
struct Graph {
    var nodes: [(labels: [String], properties: Properties)] = []
    var relationships: [Relationship] = []
    var findings: [String] = []

    struct Relationship {
        let type: String
        let start: Int
        let end: Int
        let properties: Properties
    }

    init(_ directory: String) throws {
        var options = GraphStore.Options()
        options.createIfMissing = false
        let store = try GraphStore.open(directory: directory, options: options)
        defer { store.close() }
        var findings: [String] = []
        _ = try store.check { findings.append($0) }
        self.findings = findings
        let view = try store.beginRead()
        defer { view.close() }
        for id in 0..<NodeID(view.nodeCount) {
            nodes.append(
                (
                    view.labels(of: id).map { view.name(label: $0) }.sorted(),
                    named(view.properties(ofNode: id), view)
                ))
        }
        for id in 0..<RelationshipID(view.relationshipCount) {
            guard let record = view.relationship(id) else { continue }
            relationships.append(
                Relationship(
                    type: view.name(type: record.type), start: Int(record.start),
                    end: Int(record.end),
                    properties: named(view.properties(ofRelationship: id), view)))
        }
    }

    private func named(_ properties: [(key: KeyID, value: Value)], _ view: GraphView)
        -> Properties
    {
        Properties(
            values: Dictionary(
                uniqueKeysWithValues: properties.map { (view.name(key: $0.key), $0.value) }))
    }
}

/// The properties of an entity by name.
struct Properties {
    let values: [String: Value]

    var isEmpty: Bool { values.isEmpty }

    /// In one line, to be compared.
    var text: String {
        values.map { "\($0.key): \($0.value.cypherText)" }.sorted().joined(separator: ", ")
    }
}

extension ImportOptions {
    /// `Label:Label=file,file` as the command line has them.
    init(
        _ directory: TemporaryDirectory, nodes: [(String, [String])],
        relationships: [(String, [String])] = []
    ) {
        self.init(
            target: directory.database,
            nodes: nodes.map {
                Source(names: $0.0.split(separator: ":").map(String.init), files: $0.1)
            },
            relationships: relationships.map { Source(names: [$0.0], files: $0.1) })
    }
}

/// The error of an import that must fail.
func failure(_ options: ImportOptions) -> ImportError? {
    do throws(ImportError) {
        _ = try BulkImporter.run(options)
        return nil
    } catch { return error }
}
