import Foundation

/// A statement with its parameters.
struct Statement {
    let text: String
    let parameters: [(String, Packed)]
}

/// What is sent before an answer is waited for.
enum Step {
    case begin
    case statement(Statement)
    case commit
}

/// What a connection sends as one: steps after each other, and what the last answer must be.
struct Request {
    let steps: [Step]
    /// What is wrong with the last statement's answer, if anything.
    var check: ((BoltConnection.Answer) -> String?)?
}

/// The requests that connections send. The graph: `(:User {id})-[:RATED {rating, timestamp}]->(:Item
/// {id})`, ids from 0, with a uniqueness constraint on both.
struct Scenarios {
    let users: Int
    let items: Int

    /// Reads one property of one node, found by its id.
    func pointRead(_ connection: Int) -> () -> Request {
        var random = SplitMix(seed: UInt64(connection))
        return { [users] in
            let statement = Statement(
                text: "MATCH (u:User {id: $id}) RETURN u.age",
                parameters: [("id", .integer(random.next(users)))])
            return Request(steps: [.statement(statement)]) {
                $0.records == 1 ? nil : "no such user"
            }
        }
    }

    /// The same in an explicit transaction, as drivers' managed transactions send it.
    func readInTransaction(_ connection: Int) -> () -> Request {
        let read = pointRead(connection)
        return {
            let request = read()
            return Request(steps: [.begin] + request.steps + [.commit], check: request.check)
        }
    }

    /// Creates one relationship between two nodes, in a transaction of its own.
    func create(_ connection: Int) -> () -> Request { write(connection, "CREATE") }

    /// Four creations to one MERGE of a relationship that may be there.
    func createAndMerge(_ connection: Int) -> () -> Request {
        let create = write(connection, "CREATE")
        let merge = write(connection + 1_000, "MERGE")
        var count = 0
        return {
            count += 1
            return count % 5 == 0 ? merge() : create()
        }
    }

    private func write(_ connection: Int, _ clause: String) -> () -> Request {
        var random = SplitMix(seed: UInt64(connection) &+ 77)
        let text = """
            MATCH (u:User {id: $user}) MATCH (i:Item {id: $item}) \(clause) (u)-[:VIEWED]->(i)
            """
        return {
            Request(steps: [.statement(Statement(text: text, parameters: interaction(&random)))])
        }
    }

    private func interaction(_ random: inout SplitMix) -> [(String, Packed)] {
        [("user", .integer(random.next(users))), ("item", .integer(random.next(items)))]
    }

    /// Recommends to a user by the items that the user has.
    func recommend(_ connection: Int) -> () -> Request {
        var random = SplitMix(seed: UInt64(connection) &+ 99)
        return { [users] in
            let statement = Statement(
                text: """
                    MATCH (u:User {id: $id}) CALL recommend.itemKNN(u, 'RATED', {k: 10}) \
                    YIELD item, score RETURN item.id, score
                    """, parameters: [("id", .integer(random.next(users)))])
            return Request(steps: [.statement(statement)])
        }
    }

    /// Writes an interaction and asks at once, on the same connection: what was written must be
    /// among what the recommendations leave out.
    func writeAndReadBack(_ connection: Int) -> () -> Request {
        var random = SplitMix(seed: UInt64(connection) &+ 1_234)
        return {
            let parameters = interaction(&random)
            let write = Statement(
                text: """
                    MATCH (u:User {id: $user}) MATCH (i:Item {id: $item}) \
                    MERGE (u)-[r:RATED]->(i) SET r.rating = 5.0
                    """, parameters: parameters)
            let question = Statement(
                text: """
                    MATCH (u:User {id: $user}) \
                    CALL recommend.itemKNN(u, 'RATED', {k: 10, reasons: 3}) YIELD item \
                    WITH collect(item.id) AS ids RETURN size(ids) > 0 AND NOT $item IN ids
                    """, parameters: parameters)
            return Request(steps: [.statement(write), .statement(question)]) {
                $0.lastByte == Self.packedTrue
                    ? nil : "a write was not in the writer's next recommendation"
            }
        }
    }

    private static let packedTrue: UInt8 = 0xC3
}

/// Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    /// From 0 up to the bound.
    mutating func next(_ bound: Int) -> Int64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return Int64((mixed ^ mixed >> 31) % UInt64(bound))
    }
}
