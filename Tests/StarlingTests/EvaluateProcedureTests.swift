import Foundation
import Starling
import Testing
import Values

/// The `evaluate.*` and `abtest.*` families through Cypher.
@Suite struct EvaluateProcedureTests {
    /// Thirty users; each has five items in a row of fifteen, later ones later.
    private func makeRatings(_ database: Database) throws {
        try database.execute("UNWIND range(0, 14) AS i CREATE (:Item {id: i})")
        try database.execute(
            """
            UNWIND range(0, 29) AS n
            CREATE (u:User {id: n, kind: CASE WHEN n < 10 THEN 'new' ELSE 'old' END})
            WITH u, n UNWIND range(0, 4) AS step
            MATCH (i:Item {id: (n + step) % 15})
            CREATE (u)-[:RATED {stars: 1 + (n + step) % 5, at: step}]->(i)
            """)
    }

    private func rows(_ database: Database, _ text: String) throws -> [[Value]] {
        try database.execute(text).rows()
    }

    @Test func runsSeveralMethods() throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            let found = try rows(
                database,
                """
                CALL evaluate.run(['popular', {method: 'popular', label: 'again'}], 'RATED',
                    {k: [2, 5], metrics: ['recall', 'auc', 'ndcg'], cohorts: 'kind'})
                YIELD method, metric, k, cohort, value, users
                RETURN method, metric, k, cohort, value, users
                """)
            // Two methods, three groups of users, five figures each.
            #expect(found.count == 2 * 3 * 5)
            for row in found {
                guard case .float(let value) = row[4] else {
                    Issue.record("no value: \(row)")
                    return
                }
                #expect((0...1).contains(value))
            }
            let totals = try rows(
                database,
                """
                CALL evaluate.run('popular', 'RATED', {metrics: 'recall', cohorts: 'kind'})
                YIELD cohort, users, k RETURN collect(cohort) = ['all', 'new', 'old'],
                    collect(users) = [30, 10, 20], collect(k) = [10, 10, 10]
                """)
            #expect(totals[0].allSatisfy { if case .boolean(true) = $0 { true } else { false } })
        }
    }

    /// What evaluate.split shows is what evaluate.run tests.
    @Test func aSplitThatIsKeptIsTheSame() throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            let measured =
                "{metrics: ['recall', 'map', 'mrr', 'hitRate', 'coverage', 'gini', 'novelty', "
                + "'diversity', 'f1', 'precision'], k: 3"
            func figures(_ options: String) throws -> [String] {
                try rows(
                    database,
                    "CALL evaluate.run('popular', 'RATED', \(measured), \(options)}) "
                        + "YIELD metric, value RETURN metric + ' ' + toString(value)"
                ).map { row in if case .string(let text) = row[0] { text } else { "" } }
            }
            let virtual = try figures("split: 'random', ratio: 0.3, seed: 5")
            try database.execute(
                """
                CALL evaluate.split('RATED', {method: 'random', ratio: 0.3, seed: 5})
                YIELD relationship, part SET relationship.part = part
                """)
            #expect(try figures("splitProperty: 'part'") == virtual)
            try database.execute(
                """
                MATCH (u)-[r:RATED {part: 'TEST'}]->(i) CREATE (u)-[:TEST]->(i) DELETE r
                """)
            #expect(try figures("test: 'TEST'") == virtual)
        }
    }

    @Test func theLatestAreTestedWhereTimesAreKnown() throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            let found = try rows(
                database,
                """
                CALL evaluate.split('RATED', {method: 'leaveOneOut', timestamp: 'at'})
                YIELD relationship, part WHERE part = 'TEST'
                RETURN count(*) = 30, min(relationship.at) = 4
                """)
            #expect(found[0].allSatisfy { if case .boolean(true) = $0 { true } else { false } })
        }
    }

    @Test func storedModelsAreMeasuredOnOtherRelationships() throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            try database.execute(
                """
                CALL evaluate.split('RATED') YIELD relationship AS r, part WHERE part = 'TEST'
                WITH startNode(r) AS u, endNode(r) AS i, r CREATE (u)-[:TEST]->(i) DELETE r
                """)
            try database.execute("CALL model.fit('pop', 'popular', 'RATED')")
            let same = try rows(
                database,
                """
                CALL evaluate.run([{model: 'pop'}, 'popular'], 'RATED', {test: 'TEST', k: 4})
                YIELD metric, value WITH metric, collect(value) AS values
                RETURN values[0] = values[1]
                """)
            #expect(same.count == 3)
            #expect(same.allSatisfy { if case .boolean(true) = $0[0] { true } else { false } })
            let error = #expect(throws: DatabaseError.self) {
                try rows(database, "CALL evaluate.run([{model: 'pop'}], 'RATED')")
            }
            #expect(error?.message.contains("`test`") == true)
        }
    }

    @Test(arguments: [
        ("evaluate.run([], 'RATED')", "must be a list of names"),
        ("evaluate.run('nearest', 'RATED')", "there is no method 'nearest'"),
        ("evaluate.run('popular', 'RATED', {metrics: 'recal'})", "names among precision"),
        ("evaluate.run('popular', 'RATED', {k: 0})", "`k` must be an integer"),
        ("evaluate.run('popular', 'RATED', {ratio: 1})", "above 0 and below 1"),
        ("evaluate.run('popular', 'RATED', {split: 'time'})", "needs `timestamp`"),
        ("evaluate.run('popular', 'RATED', {test: 'A', split: 'time'})", "exclude each other"),
        ("evaluate.run('popular', 'SEEN')", "no relationships of the type SEEN"),
        ("abtest.report([{variant: 'A'}])", "an outcome must be a map"),
        ("abtest.report([{variant: 'A', value: 1}], {control: 'C'})", "there is no variant 'C'"),
        ("evaluate.chart([{label: 'a'}])", "a point must be a map"),
        ("evaluate.chart([], {file: '../x.svg'})", "a name without folders"),
    ])
    func wrongArgumentsSayWhatIsRight(call: String, expected: String) throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            let error = #expect(throws: DatabaseError.self) {
                try rows(database, "CALL \(call)")
            }
            #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        }
    }

    @Test func aLearningCurveOfAMethodWithoutEpochsHasOnePoint() throws {
        try TemporaryDatabase.with { database in
            try makeRatings(database)
            let found = try rows(
                database,
                """
                CALL evaluate.learningCurve('popular', 'RATED', {metric: 'recall', k: 5})
                YIELD epoch, loss, value RETURN epoch = 1, loss IS NULL, value IS NOT NULL
                """)
            #expect(found.count == 1)
            #expect(found[0].allSatisfy { if case .boolean(true) = $0 { true } else { false } })
        }
    }

    @Test func assignmentIsStableAndFair() throws {
        try TemporaryDatabase.with { database in
            let found = try rows(
                database,
                """
                UNWIND range(1, 4000) AS id
                WITH id, abtest.assign('shelf', id, {variants: ['a', 'b', 'c'], weights: [2, 1, 1]}) AS v,
                     abtest.assign('colour', id) AS other
                WITH v, count(*) AS users, sum(CASE other WHEN 'A' THEN 1 ELSE 0 END) AS alsoA
                ORDER BY v
                RETURN collect(v) = ['a', 'b', 'c'],
                    all(n IN collect(users)[1..] WHERE abs(n - 1000) < 100),
                    all(n IN collect(1.0 * alsoA / users) WHERE abs(n - 0.5) < 0.06),
                    abtest.assign('shelf', 'u7') = abtest.assign('shelf', 'u7')
                """)
            #expect(found[0].allSatisfy { if case .boolean(true) = $0 { true } else { false } })
        }
    }

    @Test func reportsCompareWithTheControl() throws {
        try TemporaryDatabase.with { database in
            let found = try rows(
                database,
                """
                UNWIND range(0, 99) AS n
                WITH collect({variant: 'A', value: n < 45}) + collect({variant: 'B', value: n < 60}) AS all
                CALL abtest.report(all) YIELD variant, users, mean, difference, pValue, test
                RETURN variant, users, mean, round(difference, 4), round(pValue, 4), test
                """)
            #expect(found.count == 2)
            #expect(
                found.map { $0.map(\.cypherText) } == [
                    ["'A'", "100", "0.45", "null", "null", "'two-proportion z'"],
                    ["'B'", "100", "0.6", "0.15", "0.0337", "'two-proportion z'"],
                ])
        }
    }
}
