import Foundation
import GraphStore
import Testing
import Values

@testable import BulkImport

@Suite struct ImportTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func importsEveryHeaderForm() throws {
        let options = ImportOptions(
            directory,
            nodes: [
                (
                    "Person:Human",
                    [
                        try directory.write(
                            "people.csv",
                            """
                            key:ID(People),name,age:int,tags:string[],:LABEL,secret:IGNORE
                            ann,Ann,40,a;b,Boss;Friend,x
                            bob,"Bob ""B"" Ä",,,,
                            cid,"",7,"","Boss",
                            """)
                    ]
                ),
                (
                    "City",
                    [
                        try directory.write(
                            "cities.csv", ":ID(Cities){id-type:int},at:point{crs:WGS-84}"),
                        try directory.writeCompressed(
                            "more.csv.gz", "1,\"{latitude:55.6, longitude:13.0}\"\n"),
                        try directory.write("rest.csv", "2,\n"),
                    ]
                ),
                ("Loose", [try directory.write("loose.csv", "x:double\n1.5\n")]),
            ],
            relationships: [
                (
                    "IN",
                    [
                        try directory.write(
                            "in.csv",
                            """
                            :START_ID(People),:END_ID(Cities),since:date,:TYPE
                            ann,1,2020-01-01,
                            bob,2,,LIVES_IN
                            """)
                    ]
                )
            ])
        let summary = try BulkImporter.run(options)
        #expect(summary.nodes == 6)
        #expect(summary.relationships == 2)
        #expect(summary.skippedRows == 0)
        #expect(summary.reportFile == nil)

        let graph = try Graph(directory.database)
        #expect(graph.findings == [])
        #expect(
            graph.nodes.map(\.labels) == [
                ["Boss", "Friend", "Human", "Person"], ["Human", "Person"],
                ["Boss", "Human", "Person"], ["City"], ["City"], ["Loose"],
            ])
        let texts = graph.nodes.map(\.properties.text)
        #expect(texts[0] == "age: 40, key: 'ann', name: 'Ann', tags: ['a', 'b']")
        #expect(texts[1] == "key: 'bob', name: 'Bob \"B\" Ä'")
        #expect(texts[2] == "age: 7, key: 'cid', name: '', tags: []")
        #expect(texts[3].contains("55.6") && texts[4] == "" && texts[5] == "x: 1.5")
        #expect(graph.relationships.map(\.type) == ["IN", "LIVES_IN"])
        #expect(graph.relationships.map(\.start) == [0, 1])
        #expect(graph.relationships.map(\.end) == [3, 4])
        #expect(graph.relationships[0].properties.text.contains("2020-01-01"))
        #expect(graph.relationships[1].properties.isEmpty)
        #expect(try directory.names.filter { $0.hasPrefix("db") } == ["db"])
    }

    @Test func composesIdsOfSeveralColumns() throws {
        let options = ImportOptions(
            directory,
            nodes: [("N", [try directory.write("n.csv", "a:ID,b:ID\nx,yz\nxy,z\n")])],
            relationships: [
                (
                    "R",
                    [
                        try directory.write(
                            "r.csv", ":START_ID,:START_ID,:END_ID,:END_ID\nxy,z,x,yz\n")
                    ]
                )
            ])
        _ = try BulkImporter.run(options)
        let graph = try Graph(directory.database)
        #expect(graph.nodes.map(\.properties.text) == ["a: 'x', b: 'yz'", "a: 'xy', b: 'z'"])
        #expect(graph.relationships.map(\.start) == [1])
        #expect(graph.relationships.map(\.end) == [0])
    }

    @Test func takesOtherCharacters() throws {
        var options = ImportOptions(
            directory,
            nodes: [("N", [try directory.write("n.tsv", "id:ID\tl:int[]\n'1\t'\t1|2\n")])])
        options.delimiter = UInt8(ascii: "\t")
        options.arrayDelimiter = UInt8(ascii: "|")
        options.quote = UInt8(ascii: "'")
        _ = try BulkImporter.run(options)
        #expect(try Graph(directory.database).nodes[0].properties.text == "id: '1\\t', l: [1, 2]")
    }

    /// Random graphs come out as they went in.
    @Test(arguments: [ImportOptions.IDType.string, .integer])
    func agreesWithAModel(idType: ImportOptions.IDType) throws {
        var random = SeededGenerator(seed: idType == .string ? 3 : 4)
        let count = 3_000
        let ids = Array(0..<count).shuffled(using: &random).map { $0 * 7 }
        let nodes = ids.map { "\($0),\($0 * 2)" }.joined(separator: "\n")
        let edges = (0..<10_000).map { _ in
            (Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random))
        }
        let rows = edges.map { "\(ids[$0.0]),\(ids[$0.1]),\($0.0).25" }.joined(separator: "\n")
        var options = ImportOptions(
            directory,
            nodes: [("N", [try directory.write("n.csv", "id:ID(N),x:long\n" + nodes)])],
            relationships: [
                ("R", [try directory.write("r.csv", ":START_ID(N),:END_ID(N),w:float\n" + rows)])
            ])
        options.idType = idType
        let summary = try BulkImporter.run(options)
        #expect(summary.properties == 2 * count + edges.count)
        let graph = try Graph(directory.database)
        #expect(graph.findings == [])
        let quote = idType == .string ? "'" : ""
        #expect(
            graph.nodes.map(\.properties.text)
                == ids.map { "id: \(quote)\($0)\(quote), x: \($0 * 2)" })
        #expect(graph.relationships.map(\.start) == edges.map(\.0))
        #expect(graph.relationships.map(\.end) == edges.map(\.1))
        #expect(graph.relationships.map(\.properties.text) == edges.map { "w: \($0.0).25" })
    }

    /// Types that take turns, labels that change from row to row and from file to file, ids in and
    /// out of sequence: the same graph in much memory and in little, where it is sorted in runs.
    @Test func agreesWhateverTheMemory() throws {
        var random = SeededGenerator(seed: 6)
        let users = (0..<2_000).map { "\($0),\($0 % 3 == 0 ? "Guest" : "")" }
        let items = (0..<500).map { "\($0 * 5 + 3)" }
        let nodes = [
            (
                "User",
                [try directory.write("u.csv", "id:ID(U),:LABEL\n" + users.joined(separator: "\n"))]
            ),
            ("Item", [try directory.write("i.csv", "id:ID(I)\n" + items.joined(separator: "\n"))]),
        ]
        let seen = (0..<9_000).map { _ in
            (Int.random(in: 0..<2_000, using: &random), Int.random(in: 0..<500, using: &random))
        }
        let rows = seen.enumerated().map { place, ends in
            "\(ends.0),\(items[ends.1]),\(place % 7 == 0 ? "BOUGHT" : "")"
        }
        let likes = seen.prefix(3_000).map { "\($0.0),\($0.0 / 2)" }
        let relationships = [
            (
                "SAW",
                [
                    try directory.write(
                        "s.csv", ":START_ID(U),:END_ID(I),:TYPE\n" + rows.joined(separator: "\n"))
                ]
            ),
            (
                "LIKES",
                [
                    try directory.write(
                        "l.csv", ":START_ID(U),:END_ID(U)\n" + likes.joined(separator: "\n"))
                ]
            ),
        ]
        for sortBytes in [BulkStoreBuilder.defaultSortBytes, 0] {
            var options = ImportOptions(directory, nodes: nodes, relationships: relationships)
            options.idType = .integer
            options.sortBytes = sortBytes
            options.overwrite = true
            let summary = try BulkImporter.run(options)
            #expect(summary.nodes == 2_500 && summary.relationships == 12_000)
            let graph = try Graph(directory.database)
            #expect(graph.findings == [])
            #expect(
                graph.nodes[3].labels == ["Guest", "User"] && graph.nodes[4].labels == ["User"])
            let all = graph.relationships
            #expect(all[..<9_000].map(\.start) == seen.map(\.0))
            #expect(all[..<9_000].map(\.end) == seen.map { 2_000 + $0.1 })
            #expect(all[9_000...].map(\.end) == seen.prefix(3_000).map { $0.0 / 2 })
            #expect(all.filter { $0.type == "BOUGHT" }.count == 1_286)
            #expect(all.filter { $0.type == "LIKES" }.count == 3_000)
        }
    }

    /// Columns in another order than that in which their names were met first, some with nothing.
    @Test func takesColumnsInAnyOrder() throws {
        let other = try directory.write("o.csv", "b:int,a:string\n1,x\n")
        let file = try directory.write(
            "n.csv", "a:string,c:boolean,b:int,d:float\nå,true,-7,1e3\nö,,,\n\"\",,300,\n,,,-0.5\n")
        let options = ImportOptions(directory, nodes: [("O", [other]), ("N", [file])])
        #expect(try BulkImporter.run(options).properties == 10)
        let graph = try Graph(directory.database)
        #expect(graph.findings == [])
        #expect(
            graph.nodes.map(\.properties.text) == [
                "a: 'x', b: 1", "a: 'å', b: -7, c: true, d: 1000.0", "a: 'ö'", "a: '', b: 300",
                "d: -0.5",
            ])
    }

    @Test func reportsProgress() throws {
        let rows = (0..<120_000).map { "\($0)" }.joined(separator: "\n")
        let options = ImportOptions(
            directory, nodes: [("N", [try directory.write("n.csv", ":ID\n" + rows)])])
        var shares: [Double] = []
        _ = try BulkImporter.run(options) { if $0.stage == .nodes { shares.append($0.share) } }
        #expect(shares.count == 2)
        #expect(shares.allSatisfy { (0...1).contains($0) } && shares == shares.sorted())
    }

    // MARK: Bad rows

    @Test(arguments: [
        ("id:ID,x:int\n1,2\n2,two\n", 3, 3, "`two` is not an integer"),
        ("id:ID,x:int\n,2\n", 2, 1, "the id is missing"),
        ("id:ID,x:int\n1,2\n3\n", 3, 1, "1 fields, the header 2"),
        ("id:ID,x:int\n1,2,3\n", 2, 1, "3 fields, the header 2"),
        ("id:ID,x:int\n1,2\n\n1,3\n", 4, 1, "occurs twice"),
        ("id:ID,x\n1,\"2\n", 2, 3, "not closed"),
        ("id:ID,x:float\n1,\"a\nb\"\n", 2, 3, "is not a number"),
        ("id:ID(\n1\n", 1, 1, "no type"),
        ("", 0, 0, "is empty"),
    ])
    func tellsWhereARowIsBad(text: String, line: Int, column: Int, reason: String) throws {
        let file = try directory.write("n.csv", text)
        let error = failure(ImportOptions(directory, nodes: [("N", [file])]))
        #expect(error?.place?.line ?? 0 == line)
        #expect(error?.place?.column ?? 0 == column)
        #expect(error?.reason.contains(reason) == true, "\(error?.description ?? "none")")
        if line > 0 { #expect(error?.place?.file == file) }
        #expect(try directory.names == ["n.csv"])
    }

    @Test func refusesIdsOfTheWrongKind() throws {
        let file = try directory.write("n.csv", ":ID\n1\none\n")
        var options = ImportOptions(directory, nodes: [("N", [file])])
        options.idType = .integer
        #expect(failure(options)?.reason.contains("not an integer") == true)

        let other = try directory.write("m.csv", ":ID{id-type:string}\n2\n")
        options.nodes[0].files = [try directory.write("n.csv", ":ID\n1\n")]
        options.nodes.append(.init(names: ["M"], files: [other]))
        #expect(failure(options)?.reason.contains("in another file") == true)
    }

    @Test func findsEndsByTheSpacesType() throws {
        var options = ImportOptions(
            directory,
            nodes: [("N", [try directory.write("n.csv", ":ID(N){id-type:int}\n1\n2\n")])],
            relationships: [
                ("R", [try directory.write("r.csv", ":START_ID(N),:END_ID(N)\n1, 2\n")])
            ])
        options.idType = .string
        #expect(try BulkImporter.run(options).relationships == 1)
    }

    private func withRelationships(_ rows: String) throws -> ImportOptions {
        ImportOptions(
            directory, nodes: [("N", [try directory.write("n.csv", ":ID\na\nb\n")])],
            relationships: [
                ("", [try directory.write("r.csv", ":START_ID,:END_ID,:TYPE\n" + rows)])
            ])
    }

    @Test func stopsAtRelationshipsToNowhere() throws {
        for (row, column, reason) in [
            ("a,z,R", 3, "no node with the id `z`"), (",b,R", 1, "the id is missing"),
            ("a,b,", 1, "has no type"),
        ] {
            let error = failure(try withRelationships("a,b,R\n\(row)\n"))
            #expect(error?.place?.line == 3)
            #expect(error?.place?.column == column)
            #expect(error?.reason.contains(reason) == true, "\(error?.description ?? "none")")
        }
        let space = try withRelationships("")
        _ = try directory.write("r.csv", ":START_ID(Other),:END_ID,:TYPE\n")
        #expect(failure(space)?.reason.contains("no node file has ids") == true)
    }

    @Test func toleratesAndReports() throws {
        var options = try withRelationships("a,b,R\na,z,R\n,b,R\nb,a,R\n")
        options.skipBadRelationships = true
        let summary = try BulkImporter.run(options)
        #expect(summary.relationships == 2)
        #expect(summary.skippedRows == 2)
        let report = try String(contentsOfFile: #require(summary.reportFile), encoding: .utf8)
        let lines = report.split(separator: "\n").map(String.init)
        #expect(lines.count == 2)
        #expect(lines[0].contains("r.csv, line 3, column 3: there is no node with the id `z`"))
        #expect(lines[0].hasSuffix(": a,z,R"))
        #expect(lines[1].contains("line 4, column 1"))
        #expect(try Graph(directory.database).findings == [])

        options.overwrite = true
        options.badTolerance = 1
        #expect(failure(options)?.reason.contains("one bad row more than the 1") == true)
        options.badTolerance = -1
        #expect(try BulkImporter.run(options).skippedRows == 2)
        // A clean import leaves no report of an earlier one.
        _ = try directory.write("r.csv", ":START_ID,:END_ID,:TYPE\na,b,R\n")
        #expect(try BulkImporter.run(options).reportFile == nil)
        #expect(try directory.names.contains("db.import-report") == false)
    }

    @Test func keepsTheFirstOfDuplicates() throws {
        let file = try directory.write("n.csv", "id:ID,x:int\na,1\nb,2\na,3\n")
        var options = ImportOptions(directory, nodes: [("N", [file])])
        options.skipDuplicateNodes = true
        let summary = try BulkImporter.run(options)
        #expect(summary.nodes == 2 && summary.skippedRows == 1)
        #expect(
            try Graph(directory.database).nodes.map(\.properties.text)
                == ["id: 'a', x: 1", "id: 'b', x: 2"])
    }
}

/// The target is what it was, or the new database: nothing between.
@Suite struct TargetTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func options(_ rows: String) throws -> ImportOptions {
        ImportOptions(
            directory, nodes: [("N", [try directory.write("n.csv", "id:ID\n" + rows)])])
    }

    private var ids: [String] {
        get throws { try Graph(directory.database).nodes.map(\.properties.text) }
    }

    @Test func replacesOnlyWhenAsked() throws {
        _ = try BulkImporter.run(try options("a\n"))
        var again = try options("b\n")
        #expect(failure(again)?.reason.contains("--overwrite") == true)
        #expect(try ids == ["id: 'a'"])
        again.overwrite = true
        again.target += "/"
        _ = try BulkImporter.run(again)
        #expect(try ids == ["id: 'b'"])
        #expect(try directory.names == ["db", "n.csv"])
    }

    @Test func leavesTheTargetAfterAFailure() throws {
        _ = try BulkImporter.run(try options("a\n"))
        var again = try options("b\nb\n")
        again.overwrite = true
        #expect(failure(again) != nil)
        #expect(try ids == ["id: 'a'"])
        #expect(try directory.names == ["db", "n.csv"])
    }

    @Test func refusesADatabaseInUse() throws {
        _ = try BulkImporter.run(try options("a\n"))
        var again = try options("b\n")
        again.overwrite = true
        let store = try GraphStore.open(directory: directory.database)
        #expect(failure(again)?.reason.contains("in use") == true)
        store.close()
        #expect(try ids == ["id: 'a'"])
    }

    @Test func refusesWhatIsNoDatabase() throws {
        try FileManager.default.createDirectory(
            atPath: directory.database, withIntermediateDirectories: true)
        try directory.write("db/notes.txt", "precious")
        var again = try options("b\n")
        again.overwrite = true
        #expect(failure(again)?.reason.contains("not a database") == true)
        #expect(try directory.names.contains("db"))
    }

    @Test func fillsAnEmptyDirectory() throws {
        try FileManager.default.createDirectory(
            atPath: directory.database, withIntermediateDirectories: true)
        _ = try BulkImporter.run(try options("a\n"))
        #expect(try ids == ["id: 'a'"])
    }

    @Test func clearsWhatAKilledImportLeft() throws {
        let left = directory.database + ".importing"
        try FileManager.default.createDirectory(
            atPath: left, withIntermediateDirectories: true)
        try directory.write("db.importing/data.mdb", "half")
        _ = try BulkImporter.run(try options("a\n"))
        #expect(try ids == ["id: 'a'"])
        #expect(try directory.names == ["db", "n.csv"])
    }

    @Test func leavesARunningImportAlone() throws {
        let left = directory.database + ".importing"
        try FileManager.default.createDirectory(
            atPath: left, withIntermediateDirectories: true)
        let lock = try DirectoryLock(directory: left, exclusive: true)
        #expect(failure(try options("a\n"))?.reason.contains("another import") == true)
        withExtendedLifetime(lock) {}
        #expect(FileManager.default.fileExists(atPath: left))
    }
}
