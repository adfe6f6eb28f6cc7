import ArgumentParser
import Foundation
import GraphStore
import Starling
import Values

/// Measures the vector index in this process on vectors that `tools/benchmarks/vectors` has made,
/// beside hnswlib on the same ones.
@main
struct VectorBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors", abstract: "Measure vector search on one thread.")

    @Argument(help: "Folder with rows.f32, queries.f32 and nearest.i32 (ten of each query).")
    var folder: String
    @Option(help: "Dimensions of the vectors.")
    var dimensions = 64
    @Option(help: "Links of a vector.")
    var m = 16
    @Option(help: "Candidates while building.")
    var construction = 100
    @Option(parsing: .upToNextOption, help: "Candidates of searches (ef).")
    var candidates = [10, 12, 15, 20, 40, 80, 160, 320, 480, 640]

    func run() throws {
        let data = try TestVectors(folder: folder, dimensions: dimensions)
        let directory =
            NSTemporaryDirectory() + "vectors-\(ProcessInfo.processInfo.processIdentifier)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try measureStore(directory, data)
        try measureProcedure(directory, data)
    }

    // MARK: The store

    private func measureStore(_ directory: String, _ data: TestVectors) throws {
        let store = try GraphStore.open(directory: directory)
        defer { store.close() }
        var row = 0
        while row < data.rowCount {
            let batch = row..<min(data.rowCount, row + 10_000)
            try store.write { writer in
                let (label, key) = (try writer.label("Item"), try writer.key("v"))
                for row in batch {
                    _ = try writer.createNode(
                        labels: [label], properties: [(key, .vector(data.row(row)))])
                }
            }
            row = batch.upperBound
        }
        let index = IndexDefinition(
            name: "near", kind: .vector, entity: .node, labelsOrTypes: ["Item"],
            properties: ["v"],
            options: [
                "vector.dimensions": .integer(Int64(dimensions)),
                "vector.hnsw.m": .integer(Int64(m)),
                "vector.hnsw.ef_construction": .integer(Int64(construction)),
            ])
        try report("build \(data.rowCount)", repeating: 1) { _ in
            _ = try store.createIndex(index, ifNotExists: false)
        }
        try measureSearches(store, data)
        try measureWrites(store, data)
    }

    private func measureSearches(_ store: GraphStore, _ data: TestVectors) throws {
        let view = try store.beginRead()
        defer { view.close() }
        try report("first search (reads the graph)", repeating: 1) { _ in
            _ = try view.nearest(index, to: data.query(0), 10)
        }
        for count in candidates {
            var hits = 0
            let time = try best {
                hits = 0
                for query in 0..<data.queryCount {
                    let found = try view.nearest(
                        index, to: data.query(query), 10, candidates: count)
                    hits += found.count { data.nearest(query).contains(Int32($0.id)) }
                }
            }
            print(line("search, ef \(count)", time / Double(data.queryCount), data.recall(hits)))
        }
    }

    private var index: IndexDefinition {
        IndexDefinition(
            name: "near", kind: .vector, entity: .node, labelsOrTypes: ["Item"],
            properties: ["v"])
    }

    private func measureWrites(_ store: GraphStore, _ data: TestVectors) throws {
        try report("commit of one vector, synced", repeating: 200) { round in
            try store.write { try data.add(round, $0) }
        }
        try report("commit of 1,000 vectors, synced", repeating: 1) { _ in
            try store.write { writer in for one in 0..<1000 { try data.add(one, writer) } }
        }
        try report("commit of one removal, synced", repeating: 200) { round in
            try store.write { try $0.deleteNode(UInt64(data.rowCount + round)) }
        }
    }

    // MARK: The procedure

    private func measureProcedure(_ directory: String, _ data: TestVectors) throws {
        let database = try Database(path: directory)
        defer { database.close() }
        let statement = """
            CALL db.index.vector.queryNodes('near', 10, $vector, {ef: $ef}) YIELD node, score
            RETURN id(node), score
            """
        _ = try database.execute(
            statement, ["vector": .vector(data.query(0)), "ef": .integer(10)])
        let session = database.makeSession()
        for count in candidates {
            var hits = 0
            let time = try best {
                hits = 0
                for query in 0..<data.queryCount {
                    let parameters: ValueMap = [
                        "vector": .vector(data.query(query)), "ef": .integer(Int64(count)),
                    ]
                    let rows = try session.run(statement, parameters: parameters).rows()
                    for row in rows {
                        guard case .integer(let id) = row[0] else { continue }
                        if data.nearest(query).contains(Int32(id)) { hits += 1 }
                    }
                }
            }
            print(
                line("queryNodes, ef \(count)", time / Double(data.queryCount), data.recall(hits)))
        }
    }

    // MARK: Time

    /// The best of three, in seconds.
    private func best(_ body: () throws -> Void) throws -> Double {
        var best = Double.infinity
        for _ in 0..<3 {
            let start = ContinuousClock.now
            try body()
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        return best
    }

    private func report(_ what: String, repeating count: Int, _ body: (Int) throws -> Void) throws {
        let start = ContinuousClock.now
        for round in 0..<count { try body(round) }
        print(line(what, (ContinuousClock.now - start) / .seconds(Double(count)), nil))
    }

    private func line(_ what: String, _ seconds: Double, _ recall: Double?) -> String {
        let padded = what + String(repeating: " ", count: max(1, 36 - what.utf8.count))
        let time = String(format: "%12.1f µs", seconds * 1e6)
        return padded + time + (recall.map { String(format: "   recall %.4f", $0) } ?? "")
    }
}

/// Rows, queries, and the ten rows that are nearest to each.
private struct TestVectors {
    private let rows: [Float]
    private let queries: [Float]
    private let nearest: [Int32]
    private let dimensions: Int

    init(folder: String, dimensions: Int) throws {
        func read<T>(_ name: String, _ empty: T) throws -> [T] {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            var values = [T](repeating: empty, count: data.count / MemoryLayout<T>.size)
            _ = values.withUnsafeMutableBytes { data.copyBytes(to: $0) }
            return values
        }
        rows = try read("rows.f32", Float(0))
        queries = try read("queries.f32", Float(0))
        nearest = try read("nearest.i32", Int32(0))
        self.dimensions = dimensions
    }

    var rowCount: Int { rows.count / dimensions }
    var queryCount: Int { queries.count / dimensions }

    func row(_ row: Int) -> [Float] { Array(rows[row * dimensions..<(row + 1) * dimensions]) }
    func query(_ query: Int) -> [Float] {
        Array(queries[query * dimensions..<(query + 1) * dimensions])
    }
    func nearest(_ query: Int) -> ArraySlice<Int32> { nearest[query * 10..<(query + 1) * 10] }
    /// Adds a query as a row.
    func add(_ query: Int, _ writer: GraphWriter) throws {
        _ = try writer.createNode(
            labels: [writer.label("Item")],
            properties: [(try writer.key("v"), .vector(self.query(query % queryCount)))])
    }

    func recall(_ hits: Int) -> Double { Double(hits) / Double(nearest.count) }
}
