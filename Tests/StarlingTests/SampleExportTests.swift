import Foundation
import Starling
import Testing
import Values

/// `sample.export` and where it may write.
@Suite struct SampleExportTests {
    private func withDatabase(_ body: (Database, String) throws -> Void) throws {
        let root = NSTemporaryDirectory() + "export-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: root) }
        var options = Database.Options()
        options.importDirectory = root
        try TemporaryDatabase.with(options) { database in
            try database.execute(
                """
                CREATE (a:N {v: [1.0, 2.0], age: 3})-[:R]->(b:N {v: [3.0, 4.0]})-[:S]->(:N)
                """)
            try body(database, root)
        }
    }

    private func export(_ database: Database, _ directory: String, _ options: String) throws
        -> [String]
    {
        try database.execute(
            """
            MATCH (n:N {age: 3}) CALL sample.export(n, $directory, \(options)) YIELD file
            RETURN file
            """, ["directory": .string(directory)]
        ).rows().map { if case .string(let name) = $0[0] { name } else { "" } }
    }

    @Test func filesThatNumPyReads() throws {
        try withDatabase { database, root in
            let files = try export(
                database, "a/b", "{hops: 2, nodeProperties: ['v', 'age']}")
            #expect(files.contains("edge_index.npy") && files.contains("x.npy"))
            let x = try Data(contentsOf: URL(filePath: root + "/a/b/x.npy"))
            let text = String(decoding: x.prefix(128), as: UTF8.self)
            #expect(text.contains("'shape': (3, 3)"))
            let numbers = x.suffix(36).withUnsafeBytes { bytes in
                (0..<9).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
            }
            #expect(numbers == [1, 2, 3, 3, 4, 0, 0, 0, 0])
            // The same name again: replaced.
            _ = try export(database, "a/b", "{hops: 1, format: 'csv'}")
            let edges = try String(contentsOfFile: root + "/a/b/edges.csv", encoding: .utf8)
            #expect(edges == "source,target,id,type\n0,1,0,R\n")
        }
    }

    @Test func nothingOutsideTheDirectory() throws {
        try withDatabase { database, root in
            try FileManager.default.createSymbolicLink(
                atPath: root + "/link", withDestinationPath: NSTemporaryDirectory())
            for name in ["..", "a/../..", "/absolute", "", "a//b", "link", "link/c"] {
                #expect(throws: DatabaseError.self) { try export(database, name, "{hops: 1}") }
            }
        }
        try TemporaryDatabase.with { database in
            try database.execute("CREATE (:N {age: 3})")
            #expect(throws: DatabaseError.self) { try export(database, "a", "{hops: 1}") }
        }
    }
}
