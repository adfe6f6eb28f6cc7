import Cypher
import GraphStore
import QueryEngine
import Testing
import Values

@testable import Starling

/// Plans that depend on what parameters are.
@Suite struct PlanVariantTests {
    /// Films of which one in a hundred is from before 1960, and a unique id.
    private func withFilms(_ body: (Database) throws -> Void) throws {
        try TemporaryDatabase.with { database in
            for statement in [
                "CREATE CONSTRAINT FOR (f:Film) REQUIRE f.id IS UNIQUE",
                "CREATE INDEX FOR (f:Film) ON (f.year)",
                """
                UNWIND range(1, 2000) AS i
                CREATE (:Film {id: i, price: i % 500,
                    year: CASE i % 100 WHEN 0 THEN 1950 + i / 200 ELSE 1960 + i % 60 END})
                """,
                "CALL db.awaitIndexes()",
            ] { try database.execute(statement) }
            try body(database)
        }
    }

    /// Told without an estimate: behind WITH nothing is known of a column.
    private func films(_ database: Database, before year: Int, under price: Int = 1_000) throws
        -> Int64?
    {
        try database.integer(
            """
            MATCH (f:Film) WITH f.year AS year, f.price AS price
            WHERE year < \(year) AND price < \(price) RETURN count(*)
            """)
    }

    private func operators(_ session: Session, _ text: String, _ parameters: ValueMap) throws
        -> [String]
    {
        func names(_ plan: Value) -> [String] {
            guard case .map(let map) = plan, case .string(let name)? = map["operatorType"],
                case .list(let children)? = map["children"]
            else { return [] }
            return [name] + children.flatMap(names)
        }
        let summary = try session.run(text, parameters: parameters).summary()
        return names(.map(try #require(summary.plan)))
    }

    private func estimatedRows(_ session: Session, _ text: String, _ parameters: ValueMap) throws
        -> Double
    {
        let summary = try session.run("EXPLAIN " + text, parameters: parameters).summary()
        guard case .map(let arguments)? = summary.plan?["args"],
            case .float(let rows)? = arguments["EstimatedRows"]
        else {
            Issue.record("a plan says how many rows it expects")
            return -1
        }
        return rows
    }

    @Test func anotherValueGetsAnotherPlan() throws {
        try withFilms { database in
            let session = database.makeSession()
            let text = "PROFILE MATCH (f:Film) WHERE f.year < $year RETURN f.id"
            for round in 0..<2 {
                for (year, isSought) in [(1955, true), (2010, false)] {
                    let parameters: ValueMap = ["year": .integer(Int64(year))]
                    let found = try operators(session, text, parameters)
                    #expect(found.contains("NodeIndexSeekByRange") == isSought, "\(found)")
                    #expect(found.contains("NodeByLabelScan") != isSought, "\(found)")
                    let rows = try session.run(text, parameters: parameters).rows()
                    let right = try films(database, before: year)
                    #expect(Int64(rows.count) == right, "round \(round)")
                }
            }
        }
    }

    @Test func explainEstimatesByTheValues() throws {
        try withFilms { database in
            let session = database.makeSession()
            let range = "MATCH (f:Film) WHERE f.price >= $low AND f.price < $high RETURN f.id //"
            for (low, high) in [(0, 500), (10, 260), (100, 200), (450, 475)] {
                let rows = try estimatedRows(
                    session, range + "\(low)",
                    ["low": .integer(Int64(low)), "high": .integer(Int64(high))])
                #expect(abs(rows - Double(high - low) * 4) < 100)
            }
            let listed = "MATCH (f:Film) WHERE f.year IN $years RETURN f.id"
            let years = Value.list((1980..<1990).map { .integer($0) })
            let rows = try estimatedRows(session, listed, ["years": years])
            #expect(abs(rows - 330) < 80)
            let present = "MATCH (f:Film) WHERE f.title IS NOT NULL RETURN f.id"
            #expect(try estimatedRows(session, present, [:]) > 0)
        }
    }

    /// However the values fall, a text has few plans, and all answer right.
    @Test func variantsAreBounded() throws {
        try withFilms { database in
            let session = database.makeSession()
            database.plans.removeAll()
            let text = """
                MATCH (f:Film) WHERE f.year < $year AND f.price < $price RETURN count(f) AS films
                """
            for round in 0..<4 {
                for year in [1951, 1955, 1961, 1970, 2030] {
                    for price in [1, 5, 40, 500] {
                        let parameters: ValueMap = [
                            "year": .integer(Int64(year)), "price": .integer(Int64(price)),
                        ]
                        let rows = try session.run(text, parameters: parameters).rows()
                        let right = try films(database, before: year, under: price)
                        guard case .integer(let films)? = rows.first?.first else {
                            Issue.record("one number")
                            continue
                        }
                        #expect(films == right, "round \(round), \(year), \(price)")
                    }
                }
            }
            let plans = database.plans.planCount(of: text)
            #expect(plans > 1 && plans <= PlanCache.variants)
        }
    }

    /// Texts that differ in a literal share a key, and as a parameter's value would the literal
    /// chooses between its plans.
    @Test func literalsChooseToo() throws {
        try withFilms { database in
            let session = database.makeSession()
            database.plans.removeAll()
            var key = ""
            for year in [1955, 2010, 1956, 2011] {
                let text = "MATCH (f:Film) WHERE f.year < \(year) RETURN count(f)"
                #expect(try session.integer(text) == films(database, before: year))
                key = LiftedStatement(try Parser.parse(text)).key(of: text)
            }
            #expect(database.plans.planCount(of: key) == 2)
        }
    }

    @Test func readsByKeyDependOnNoValue() throws {
        try withFilms { database in
            let view = try database.store.beginRead()
            defer { view.close() }
            func estimates(_ text: String) throws -> ParameterEstimates {
                try StatementPlanner.prepare(
                    try Parser.parse(text), view: view,
                    procedures: database.procedures, parameters: ["id": .integer(5)]
                ).estimates
            }
            #expect(try estimates("MATCH (f:Film {id: $id}) RETURN f.year").isEmpty)
            #expect(try estimates("MERGE (f:Film {id: $id}) SET f.seen = true").isEmpty)
            #expect(try !estimates("MATCH (f:Film {year: $id}) RETURN f.id").isEmpty)
        }
    }
}
