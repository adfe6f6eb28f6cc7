import Cypher
import GraphStore
import Testing
import Values

@testable import QueryEngine

/// What a prepared statement says about itself: columns, access, advice, descriptions.
@Suite struct PreparedStatementTests {
    @Test func columnsAreNamedAsWritten() throws {
        let columns: [(String, [String])] = [
            ("MATCH (n) RETURN n.name, count( * ) AS c, 1+1", ["n.name", "c", "1+1"]),
            ("WITH 1 AS b, 2 AS a RETURN *", ["a", "b"]),
            ("CALL db.labels()", ["label"]),
            ("CALL shop.similar(1)", ["other", "score"]),
            ("MATCH (n) SET n.age = 1", []),
            ("SHOW INDEXES", ["name", "type", "state"]),
            ("SHOW INDEXES YIELD type AS t, name", ["t", "name"]),
        ]
        for (statement, wanted) in columns {
            #expect(try Planning.prepare(statement).columns == wanted, "\(statement)")
        }
    }

    @Test func accessIsKnown() throws {
        let accesses: [(String, PreparedStatement.Access)] = [
            ("MATCH (n) RETURN n", .read), ("CREATE (n)", .write),
            ("CREATE (n) RETURN n", .readWrite),
            ("CALL shop.rebuild()", .write), ("CALL db.labels()", .read),
            ("MATCH (n) CALL (n) { SET n.age = 1 } RETURN n", .readWrite),
            ("CREATE INDEX FOR (n:User) ON (n.id)", .schema),
        ]
        for (statement, wanted) in accesses {
            #expect(try Planning.prepare(statement).access == wanted, "\(statement)")
        }
    }

    @Test func adviceIsGiven() throws {
        let advice: [(String, [String])] = [
            ("MATCH (n:User) RETURN n.name", []),
            ("MATCH (n:Usr) RETURN n", ["UnknownLabelWarning"]),
            ("MATCH (n:User)-[:RATD]->() RETURN n", ["UnknownRelationshipTypeWarning"]),
            ("MATCH (n:User) RETURN n.nme", ["UnknownPropertyKeyWarning"]),
            ("MATCH (a:User), (b:Movie) RETURN a, b", ["CartesianProduct"]),
            ("MATCH (a:User), (b:Movie) WHERE a.id = b.id RETURN a, b", []),
            ("MATCH (a:User)-[*]->(b) RETURN b", ["UnboundedVariableLengthPattern"]),
        ]
        for (statement, wanted) in advice {
            let codes = try Planning.prepare(statement).notifications.map {
                String($0.code.split(separator: ".").last ?? "")
            }
            #expect(codes == wanted, "\(statement)")
        }
    }

    @Test func schemaCommandsBecomeOperations() throws {
        guard
            case .schema(.createConstraint(let constraint, _, let ifNotExists)) =
                try Planning.prepare(
                    "CREATE CONSTRAINT IF NOT EXISTS FOR (u:User) REQUIRE u.id IS UNIQUE"
                ).body
        else {
            Issue.record("not a constraint")
            return
        }
        #expect(ifNotExists)
        #expect(constraint.kind == .unique)
        #expect(constraint.name == "unique_User_id")
        #expect(constraint.labelOrType == "User")
        #expect(constraint.properties == ["id"])
    }

    @Test func plansReadAsTablesAndMaps() throws {
        let statement = try Planning.prepare("MATCH (u:User) WHERE (u)-->() RETURN u.name AS name")
        let description = try #require(PlanDescription(statement))
        #expect(
            description.table == """
                +------------------+--------------------+----------------+
                | Operator         | Details            | Estimated Rows |
                +------------------+--------------------+----------------+
                | +ProduceResults  | name               |            750 |
                | |                |                    |                |
                | +Projection      | u.name AS name     |            750 |
                | |                |                    |                |
                | +SemiApply       |                    |            750 |
                | |\\               |                    |                |
                | | +Expand(Count) | (u)-->() AS anon_4 |              1 |
                | | |              |                    |                |
                | | +Argument      | u                  |              1 |
                | |                |                    |                |
                | +NodeByLabelScan | u:User             |           1000 |
                +------------------+--------------------+----------------+
                """)
        let map = description.map
        guard case .string("ProduceResults")? = map["operatorType"],
            case .list(let children)? = map["children"], children.count == 1,
            case .map(let arguments)? = map["args"],
            case .float(750)? = arguments["EstimatedRows"]
        else {
            Issue.record("\(map)")
            return
        }
        #expect(map["rows"] == nil)
    }
}
