import Cypher
import Foundation
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// Index seeks, ids, procedures and LOAD CSV.
@Suite struct LookupTests {
    private static func fixture() throws -> ExecutionFixture {
        let fixture = try ExecutionFixture()
        try fixture.store.write { writer in
            let label = try writer.label("P")
            let (name, age) = (try writer.key("name"), try writer.key("age"))
            for index in 0..<40 {
                _ = try writer.createNode(
                    labels: [label],
                    properties: [
                        (name, .string("name \(index % 10) " + String(repeating: "x", count: 300))),
                        (age, .integer(Int64(index % 7))),
                    ])
            }
        }
        for (name, property) in [("byName", "name"), ("byAge", "age")] {
            _ = try fixture.store.createIndex(
                IndexDefinition(
                    name: name, kind: .range, entity: .node, labelsOrTypes: ["P"],
                    properties: [property]), ifNotExists: false)
        }
        return fixture
    }

    private static func seek(
        _ index: String, equal: [BoundExpression] = [], anyOf: BoundExpression? = nil,
        tail: IndexSeek.Tail = .none, over child: PlanNode
    ) -> PlanNode {
        step(
            .indexSeek(
                entity: 1, index: index, IndexSeek(equal: equal, anyOf: anyOf, tail: tail)), child)
    }

    @Test(arguments: batchCapacities) func indexSeeks(capacity: Int) throws {
        let fixture = try Self.fixture()
        func count(_ plan: PlanNode) throws -> Int {
            let rows = try fixture.read(produce(1, from: plan), capacity: capacity)
            return rows.count
        }
        // One row for each input row's matches; null finds nothing.
        let perRow = Self.seek(
            "byAge", equal: [.slot(0)],
            over: unwind([.integer(0), .null, .integer(6), .integer(99)], into: 0))
        #expect(try count(perRow) == 6 + 5)
        let list = BoundExpression.constant(.list(integers([0, 0, 6]) + [.null, .float(0)]))
        #expect(try count(Self.seek("byAge", anyOf: list, over: step(.unit))) == 6 + 5)
        let range = IndexSeek.Tail.range(
            lower: (.constant(.integer(2)), true), upper: (.constant(.integer(4)), false))
        #expect(try count(Self.seek("byAge", tail: range, over: step(.unit))) == 6 + 6)
        let prefix = IndexSeek.Tail.prefix(.constant(.string("name 3")))
        #expect(try count(Self.seek("byName", tail: prefix, over: step(.unit))) == 4)
        let long = Value.string("name 3 " + String(repeating: "x", count: 300))
        #expect(
            try count(Self.seek("byName", equal: [.constant(long)], over: step(.unit))) == 4)
        let longer = Value.string("name 3 " + String(repeating: "x", count: 299) + "y")
        #expect(
            try count(Self.seek("byName", equal: [.constant(longer)], over: step(.unit))) == 0)
    }

    @Test(arguments: batchCapacities) func ids(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let graph = try ModelGraph.random(nodes: 4, edges: 6, seed: 41, in: fixture)
        let wanted: [Value] = [
            .integer(Int64(graph.nodes[1])), .list(integers([2])), .null, .string("4:1"),
        ]
        let nodes = produce(
            1, from: step(.nodeByID(node: 1, IDSeek(.slot(0))), unwind(wanted, into: 0)))
        #expect(texts(try fixture.read(nodes, capacity: capacity)) == ["n1"])
        let lists: [Value] = [.list(integers([2, 2, 999]) + [.null]), .null, .list([])]
        let listed = produce(
            1,
            from: step(
                .nodeByID(node: 1, IDSeek(.slot(0), isList: true)), unwind(lists, into: 0)))
        #expect(texts(try fixture.read(listed, capacity: capacity)) == ["n2"])
        let byElementID = produce(
            1,
            from: step(
                .nodeByID(node: 1, IDSeek(.slot(0), elementIDs: true)),
                unwind([.string("4:3"), .string("5:1"), .string("4:"), .string("x")], into: 0)))
        #expect(texts(try fixture.read(byElementID, capacity: capacity)) == ["n3"])
        for direction in ExpandTests.directions {
            let plan = produce(
                2, 1, 3,
                from: step(
                    .relationshipByID(
                        relationship: 1, start: 2, end: 3, IDSeek(.slot(0)),
                        direction: direction), unwind(integers([0, 5, 77]), into: 0)))
            let expected = graph.nodes.flatMap { node in
                graph.steps(from: node, [], direction).filter { [0, 5].contains($0.edge) }
                    .map { "n\(node) r\($0.edge) n\($0.to)" }
            }
            #expect(
                texts(try fixture.read(plan, capacity: capacity)).sorted() == expected.sorted())
        }
    }

    private static func call(
        _ name: String, _ arguments: [BoundExpression] = [], yields: [String],
        optional: Bool = false, over child: PlanNode = step(.unit)
    ) -> PlanNode {
        step(
            .procedureCall(
                ProcedureStep(
                    name: name, arguments: arguments,
                    yields: yields.enumerated().map { ($1, $0 + 1) }, optional: optional,
                    range: SourceRange(start: 0, end: 0))), child)
    }

    @Test(arguments: batchCapacities) func procedures(capacity: Int) throws {
        let fixture = try Self.fixture()
        let labels = Self.call(
            "DB.labels", yields: ["label"], over: unwind(integers([1, 2]), into: 0))
        let p = Value.string("P").cypherText
        #expect(
            texts(try fixture.read(produce(0, 1, from: labels), capacity: capacity))
                == ["1 \(p)", "2 \(p)"])
        let indexes = Self.call("show.indexes", yields: ["name", "state", "properties"])
        let rows = try fixture.read(produce(1, 2, from: indexes), capacity: capacity)
        #expect(
            texts(rows)
                == ["byAge", "byName"].map {
                    "\(Value.string($0).cypherText) \(Value.string("ONLINE").cypherText)"
                })
        let none = Self.call("db.relationshipTypes", yields: ["relationshipType"])
        #expect(try fixture.read(produce(1, from: none), capacity: capacity).isEmpty)
        let optional = Self.call(
            "db.relationshipTypes", yields: ["relationshipType"], optional: true)
        #expect(
            texts(try fixture.read(produce(1, from: optional), capacity: capacity)) == ["null"])
        let void = Self.call(
            "db.awaitIndexes", yields: [], over: unwind(integers([1, 2]), into: 0))
        #expect(texts(try fixture.read(produce(0, from: void), capacity: capacity)) == ["1", "2"])
        let properties = Self.call(
            "db.schema.nodeTypeProperties", yields: ["propertyName", "mandatory"])
        #expect(
            texts(try fixture.read(produce(1, 2, from: properties), capacity: capacity))
                == ["name", "age"].map { "\(Value.string($0).cypherText) true" })
    }

    @Test func procedureArguments() throws {
        let fixture = try Self.fixture()
        func error(_ name: String, _ arguments: [BoundExpression]) -> QueryError.Kind? {
            queryError {
                _ = try fixture.read(
                    produce(1, from: Self.call(name, arguments, yields: [])))
            }?.kind
        }
        #expect(error("db.awaitIndex", []) == .syntax)
        #expect(error("db.awaitIndex", [.constant(.integer(1))]) == .type)
        #expect(error("db.awaitIndex", [.constant(.string("unknown"))]) == .procedureFailed)
        #expect(error("no.such", []) == .procedureNotFound)
    }

    @Test(arguments: batchCapacities) func loadsCSV(capacity: Int) throws {
        let fixture = try ExecutionFixture()
        let directory = NSTemporaryDirectory() + "import-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let text = "\u{FEFF}id,name\r\n1,\"a, \"\"b\"\"\nc\"\r\n\n2,\n3"
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/file.csv"))
        func read(_ address: String, headers: Bool) throws -> [String] {
            let plan = produce(
                1,
                from: step(
                    .loadCSV(
                        LoadCSV(
                            address: .constant(.string(address)), record: 1, line: 2, file: 3,
                            withHeaders: headers, fieldTerminator: nil)), step(.unit)))
            return texts(
                try fixture.read(plan, capacity: capacity, importDirectory: directory))
        }
        let rows: [Value] = [
            .list([.string("id"), .string("name")]),
            .list([.string("1"), .string("a, \"b\"\nc")]), .list([.string("2"), .null]),
            .list([.string("3")]),
        ]
        #expect(try read("file:///file.csv", headers: false) == rows.map(\.shortText))
        let last = Value.map(["id": .string("3"), "name": .null])
        #expect(try read("file.csv", headers: true).last == last.cypherText)
        #expect(
            queryError { _ = try read("http://x/y", headers: false) }?.kind == .externalResource)
    }

    /// Files that begin like a byte order mark, whole or not, and nothing else.
    @Test(arguments: [[0xEF], [0xEF, 0xBB], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0x61]])
    func loadsCSVThatBeginsLikeAMark(bytes: [UInt8]) throws {
        let fixture = try ExecutionFixture()
        let directory = NSTemporaryDirectory() + "mark-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Data(bytes).write(to: URL(fileURLWithPath: directory + "/file.csv"))
        let plan = produce(
            1,
            from: step(
                .loadCSV(
                    LoadCSV(
                        address: .constant(.string("file:///file.csv")), record: 1, line: 2,
                        file: 3, withHeaders: false, fieldTerminator: nil)), step(.unit)))
        let rows = try fixture.read(plan, importDirectory: directory)
        let isMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        #expect(rows.count == (bytes.count == 3 && isMark ? 0 : 1))
        if bytes.count == 4 { #expect(texts(rows) == ["['a']"]) }
    }

    /// A file beside the import directory is not read, whatever leads to it.
    @Test func loadCSVStaysInItsDirectory() throws {
        let fixture = try ExecutionFixture()
        let outside = NSTemporaryDirectory() + "outside-\(UUID().uuidString)"
        let directory = outside + "/import"
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory + "/folder", withIntermediateDirectories: true)
        defer { try? files.removeItem(atPath: outside) }
        // A neighbour whose name begins with the directory's.
        try files.createDirectory(
            atPath: directory + "-secret", withIntermediateDirectories: true)
        for path in ["/secret.csv", "/import-secret/secret.csv", "/import/folder/file.csv"] {
            try Data("secret".utf8).write(to: URL(fileURLWithPath: outside + path))
        }
        for (link, target) in [
            ("link.csv", outside + "/secret.csv"), ("relative.csv", "../secret.csv"),
            ("up", ".."), ("root", "/"), ("chain.csv", "link.csv"),
            ("inside.csv", "folder/file.csv"),
        ] {
            try files.createSymbolicLink(
                atPath: directory + "/" + link, withDestinationPath: target)
        }
        mkfifo(directory + "/pipe.csv", 0o600)
        func read(_ address: String) throws -> [String] {
            let source = LoadCSV(
                address: .constant(.string(address)), record: 1, line: 2, file: 3,
                withHeaders: false, fieldTerminator: nil)
            return texts(
                try fixture.read(
                    produce(1, from: step(.loadCSV(source), step(.unit))),
                    importDirectory: directory))
        }
        for address in [
            "folder/file.csv", "inside.csv", "file:///folder/../inside.csv",
            "file:///folder%2ffile.csv", "up/import/inside.csv",
        ] {
            #expect(try read(address) == ["['secret']"], "\(address)")
        }
        for address in [
            "../secret.csv", "file:///../secret.csv", "file:///folder/../../secret.csv",
            "file:///%2e%2e/secret.csv", "file:///..%2fsecret.csv", "%2e%2e%2fsecret.csv",
            "file://" + outside + "/secret.csv", outside + "/secret.csv",
            "../import-secret/secret.csv", "link.csv", "file:///link.csv", "relative.csv",
            "chain.csv", "up/secret.csv", "up%2fsecret.csv", "root" + outside + "/secret.csv",
            "pipe.csv", "folder", "", "file:///", "none.csv", "inside.csv%00.txt",
            "file://localhost/etc/passwd", "FILE:///etc/passwd",
        ] {
            let error = queryError { _ = try read(address) }
            #expect(error?.kind == .externalResource, "\(address)")
        }
    }
}
