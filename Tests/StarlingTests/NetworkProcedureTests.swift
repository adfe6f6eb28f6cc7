import Foundation
import Starling
import Testing
import Values

@testable import GraphNetworks

/// `model.load` and the `gnn.*` procedures through Cypher. Their numbers are the room
/// GraphNetworks' own tests' matter.
@Suite struct NetworkProcedureTests {
    /// Users and items in two tastes, with vectors that tell them apart.
    private func makeShop(_ database: Database) throws {
        try database.execute(
            """
            UNWIND range(0, 19) AS n
            CREATE (:User {id: n, x: [CASE n % 2 WHEN 0 THEN 1.0 ELSE -1.0 END, n / 20.0]})
            CREATE (:Item {id: n, x: [CASE n % 2 WHEN 0 THEN 0.5 ELSE -0.5 END, 0.3]})
            """)
        try database.execute(
            """
            MATCH (u:User), (i:Item) WHERE u.id % 2 = i.id % 2 AND (u.id * 7 + i.id * 3) % 5 < 2
            CREATE (u)-[:BOUGHT]->(i)
            """)
    }

    private func truth(_ database: Database, _ statement: String) throws {
        let rows = try database.execute(statement).rows()
        guard case .boolean(true)? = rows.first?.first else {
            Issue.record("\(statement): \(rows)")
            return
        }
    }

    private let inputs = "{features: 'x', labels: ['User', 'Item'], fanOuts: [5, 3]}"

    @Test func trainEmbedScoreDrop() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try truth(
                database,
                """
                CALL gnn.train('m', {predict: 'BOUGHT', features: 'x', labels: ['User', 'Item'],
                    fanOuts: [5, 3], hidden: 8, dimensions: 4, maximumEpochs: 3, batchSize: 32,
                    validationShare: 0.2})
                YIELD model, epoch, loss, metric
                RETURN collect(epoch) = [1, 2, 3] AND all(l IN collect(loss) WHERE l > 0)
                    AND all(m IN collect(metric) WHERE 0 <= m <= 1)
                """)
            try truth(
                database,
                "CALL model.list() YIELD name, method RETURN name = 'm' AND method = 'network'")
            let scores = """
                MATCH (u:User {id: 2}), (i:Item) WITH u, i ORDER BY i.id
                WITH u, collect(i) AS items
                CALL gnn.score('m', u, items, \(inputs)) YIELD item, score
                """
            try truth(database, scores + " RETURN count(score) = 20")
            try truth(
                database,
                "MATCH (u:User) WITH collect(u) AS users CALL gnn.embed('m', users, \(inputs)) "
                    + "YIELD node, embedding RETURN count(node) = 20")
            let before = try database.execute(scores + " RETURN collect(score)").rows()
            let same = try database.execute(scores + " RETURN collect(score)").rows()
            #expect("\(before)" == "\(same)")
            try database.execute(
                "MATCH (u:User {id: 2}), (i:Item {id: 1}) CREATE (u)-[:BOUGHT]->(i)")
            try database.execute("CALL model.drop('m')")
            #expect(throws: DatabaseError.self) {
                try database.execute(scores + " RETURN score").rows()
            }
        }
    }

    /// `fanOuts: 'all'` is the whole graph, follows commits, and computes what they change.
    @Test func wholeGraphFollowsCommits() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            try database.execute(
                """
                CALL gnn.train('m', {predict: 'BOUGHT', features: 'x', fanOuts: [5, 3],
                    hidden: 8, dimensions: 4, maximumEpochs: 1, batchSize: 32})
                """)
            func embeddings(_ fanOuts: String) throws -> [Float] {
                try database.execute(
                    """
                    MATCH (u:User) WITH u ORDER BY u.id WITH collect(u) AS users
                    CALL gnn.embed('m', users, {features: 'x', fanOuts: \(fanOuts)})
                    YIELD embedding RETURN embedding
                    """
                ).rows().flatMap { row -> [Float] in
                    guard case .vector(let numbers)? = row.first else { return [] }
                    return numbers
                }
            }
            func differ() throws -> Float {
                let (all, sampled) = try (embeddings("'all'"), embeddings("[-1, -1]"))
                #expect(all.count == sampled.count && all.count >= 80)
                return zip(all, sampled).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
            }
            let computed = "CALL gnn.cache.list() YIELD lastComputed AS n, model, rows, bytes "
            #expect(try differ() < 1e-5)
            try truth(
                database, computed + "RETURN model = 'm' AND n > 40 AND rows > n AND bytes > rows")
            _ = try embeddings("'ALL'")
            try truth(database, computed + "RETURN n = 0")
            try database.execute("CREATE (:User {id: 20, x: [1, 1]})")
            try database.execute(
                "MATCH (u:User {id: 2}), (i:Item {id: 1}) CREATE (u)-[:BOUGHT]->(i)")
            #expect(try differ() < 1e-5)
            try truth(database, computed + "RETURN 0 < n < 40")
            try truth(
                database,
                """
                MATCH (u:User {id: 2}), (i:Item) WITH u, collect(i) AS items
                CALL gnn.score('m', u, items, {features: 'x', fanOuts: 'all'}) YIELD score
                RETURN count(score) = 20
                """)
        }
    }

    @Test func loadReadsTheImportDirectoryOnly() throws {
        let directory = NSTemporaryDirectory() + "networks-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory + "/net", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let description = """
            {"steps": [{"name": "conv1", "class": "SAGEConv", "inputs": ["x", "edge_index"],
              "arguments": {"in_channels": 2, "out_channels": 1}}]}
            """
        try Data(description.utf8).write(to: URL(fileURLWithPath: directory + "/net/config.json"))
        let weights = Safetensors.write([
            "conv1.lin_l.weight": Tensor(shape: [1, 2], [1, 0]),
            "conv1.lin_l.bias": Tensor(shape: [1], [0]),
            "conv1.lin_r.weight": Tensor(shape: [1, 2], [0, 10]),
        ])
        try Data(weights).write(to: URL(fileURLWithPath: directory + "/net/model.safetensors"))
        var options = Database.Options()
        options.importDirectory = directory
        try TemporaryDatabase.with(options) { database in
            try truth(
                database,
                "CALL model.load('s', 'net') YIELD steps, tensors, parameters "
                    + "RETURN [steps, tensors, parameters] = [1, 3, 5]")
            try database.execute("CREATE (:N {x: [1, 2]})-[:E]->(:M {x: [4, 1]})")
            let rows = try database.execute(
                "MATCH (n:N) CALL gnn.embed('s', n, {features: 'x', fanOuts: [-1]}) "
                    + "YIELD embedding RETURN embedding"
            ).rows()
            guard case .vector([24])? = rows.first?.first else {
                Issue.record("\(rows)")
                return
            }
            for path in ["../net", "missing", "/etc/passwd"] {
                #expect(throws: DatabaseError.self) {
                    try database.execute("CALL model.load('t', '\(path)')")
                }
            }
        }
    }

    @Test func whatDoesNotFitIsAnError() throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            for call in [
                "gnn.train('m', {})", "gnn.train('m', {predict: 'NOTHING'})",
                "gnn.train('m', {predict: 'BOUGHT'})",
                "gnn.train('m', {predict: 'BOUGHT', features: 'none'})",
                "gnn.train('m', {predict: 'BOUGHT', features: 'x', layer: 'cnn'})",
                "gnn.train('m', {predict: 'BOUGHT', features: 'x', labels: ['Nobody']})",
                "gnn.train('m', {predict: 'BOUGHT', features: 'x', unknown: 1})",
                "gnn.embed('none', [], {})", "model.load('m', 'x')",
                "gnn.train('m', {predict: 'BOUGHT', features: 'x', fanOuts: 'all'})",
                "gnn.embed('none', [], {fanOuts: 'all', replace: true})",
                "gnn.embed('none', [], {fanOuts: 'all', hops: 2})",
                "gnn.embed('none', [], {fanOuts: 'every'})",
                "gnn.embed('none', [], {fanOuts: 'all', "
                    + "relations: [{type: 'BOUGHT', fanOuts: [1]}]})",
            ] {
                #expect(throws: DatabaseError.self, "\(call)") {
                    try database.execute("CALL \(call)").rows()
                }
            }
        }
    }

    @Test(arguments: [
        ("features: 'y'", "no node has the property `y`."),
        ("features: 'x', weight: 'idd'", "Did you mean `id`?"),
    ])
    func misspeltPropertiesAreRefused(options: String, message: String) throws {
        try TemporaryDatabase.with { database in
            try makeShop(database)
            let error = #expect(throws: DatabaseError.self) {
                try database.execute(
                    "CALL gnn.train('m', {predict: 'BOUGHT', maximumEpochs: 1, \(options)})"
                ).rows()
            }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }
}
