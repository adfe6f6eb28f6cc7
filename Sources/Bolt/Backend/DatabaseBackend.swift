public import Starling
internal import Values

/// A Starling database behind Bolt.
public struct DatabaseBackend: BoltBackend {
    private let database: Database
    private let users: UserFile?

    /// `users` nil: everybody may come in.
    public init(database: Database, users: UserFile?) {
        self.database = database
        self.users = users
    }

    /// Drivers read the version to decide what they may ask for.
    public var agent: String { "Neo4j/" + Database.compatibleVersion }
    public var databaseName: String { Database.name }

    public func authenticate(_ credentials: BoltCredentials) throws -> BoltUser {
        switch (users, credentials) {
        case (nil, .basic(let user, _)): return BoltUser(name: user)
        case (nil, .none): return BoltUser(name: "")
        case (let users?, .basic(let user, let password)):
            if users.verify(user: user, password: password) { return BoltUser(name: user) }
        case (.some, .none): break
        }
        throw DatabaseError(
            code: "Neo.ClientError.Security.Unauthorized",
            message: "The user name or the password is wrong.")
    }

    public func makeSession(for user: BoltUser) -> any BoltSession {
        DatabaseSession(database.makeSession())
    }

    public func makePointReads() -> any BoltPointReads {
        DatabasePointReads(database.makePointReads())
    }
}
