import Values

extension BuiltInProcedures {
    /// What drivers, object mappers and browsers ask about the server.
    static func serverProcedures(_ server: ServerInformation) -> [any Procedure] {
        [
            components(server), info(server), ping, clientConfig,
            currentUser("dbms.showCurrentUser"),
            currentUser("show.currentUser"), currentUser("show.users"),
            databases(server), transactions(server),
            terminateTransactions(server), settings(server),
        ]
    }

    private static func components(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "dbms.components",
            yields: [
                .init("name", .string, "The component."),
                .init("versions", .listOfStrings, "Its versions."),
                .init("edition", .string, "Its edition."),
            ], access: .dbms,
            """
            The server and its version. Clients choose their behaviour by the first row, so that \
            one names the Neo4j version that Starling is compatible with.
            """
        ) { _, _, output in
            output.append(
                .string("Neo4j Kernel"), .list([.string(server.compatibleVersion)]),
                .string("community"))
            output.append(
                .string("Starling"), .list([.string(server.version)]), .string("community"))
        }
    }

    private static func info(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "db.info",
            yields: [
                .init("id", .string, "Identifies the database."),
                .init("name", .string, "The database's name."),
                .init("creationDate", .string, "When it was made."),
            ],
            "The database that the statement runs in."
        ) { _, _, output in
            output.append(
                .string(server.databaseID), .string(server.databaseName),
                .string(server.creationDate))
        }
    }

    private static var ping: any Procedure {
        BuiltInProcedure(
            "db.ping", yields: [.init("success", .boolean, "True.")],
            "Answers: the database is there."
        ) { _, _, output in output.append(.boolean(true)) }
    }

    private static var clientConfig: any Procedure {
        BuiltInProcedure(
            "dbms.clientConfig",
            yields: [
                .init("name", .string, "The setting."),
                .init("description", .string, "What it is for."),
                .init("value", .string, "Its value."),
                .init("dynamic", .boolean, "Whether it may change."),
            ], access: .dbms, "Settings that Neo4j Browser asks for."
        ) { _, _, output in
            output.append(
                .string("browser.retain_connection_credentials"),
                .string("Whether browsers may keep credentials."), .string("true"),
                .boolean(false))
            output.append(
                .string("browser.allow_outgoing_connections"),
                .string("Whether browsers may load content from elsewhere."), .string("false"),
                .boolean(false))
        }
    }

    private static func currentUser(_ name: String) -> any Procedure {
        BuiltInProcedure(
            name,
            yields: [
                .init("user", .string, "The name."),
                .init("roles", .listOfStrings, "Always null: there are no roles."),
                .init("passwordChangeRequired", .boolean, "Always false."),
                .init("suspended", .boolean, "Always false."),
                .init("home", .string, "Always null."),
            ], access: .dbms, "The user of this connection, as far as statements know it."
        ) { _, _, output in
            output.append(.string("neo4j"), .null, .boolean(false), .boolean(false), .null)
        }
    }

    private static func databases(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "show.databases",
            inputs: [
                .init("name", .any, fallback: .null, "A name, `default` or `home`.")
            ],
            yields: [
                .init("name", .string, "The database's name."),
                .init("type", .string, "standard"),
                .init("aliases", .listOfStrings, "Other names."),
                .init("access", .string, "read-write or read-only."),
                .init("address", .string, "Where clients reach it."),
                .init("role", .string, "primary"),
                .init("writer", .boolean, "Whether it takes writes."),
                .init("requestedStatus", .string, "online"),
                .init("currentStatus", .string, "online"),
                .init("statusMessage", .string, "Empty."),
                .init("default", .boolean, "True: there is one database."),
                .init("home", .boolean, "True: there is one database."),
                .init("constituents", .listOfStrings, "Empty."),
                .init("databaseID", .string, "Identifies the database."),
                .init("creationTime", .string, "When it was made."),
            ], access: .dbms, "Lists the one database."
        ) { arguments, _, output in
            let known = [server.databaseName, "starling", "default", "home"]
            if case .string(let name) = arguments[0],
                !known.contains(where: { $0.hasSameBytes(as: name.lowercased()) })
            {
                return
            }
            output.append(
                .string(server.databaseName), .string("standard"), .list([]),
                .string(server.isReadOnly ? "read-only" : "read-write"),
                .string(server.address), .string("primary"), .boolean(!server.isReadOnly),
                .string("online"), .string("online"), .string(""), .boolean(true),
                .boolean(true), .list([]), .string(server.databaseID),
                .string(server.creationDate))
        }
    }

    private static func transactions(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "show.transactions",
            inputs: [
                .init("ids", .any, fallback: .null, "Only these: a string or a list of strings.")
            ],
            yields: [
                .init("database", .string, "The database's name."),
                .init("transactionId", .string, "Identifies it."),
                .init("currentQueryId", .string, "Identifies its statement."),
                .init("currentQuery", .string, "The statement that runs."),
                .init("username", .string, "Whose it is."),
                .init("startTime", .string, "When it began."),
                .init("elapsedTime", .any, "How long it has run."),
                .init("status", .string, "Running, or what it waits for."),
            ], access: .dbms, "Lists the running transactions."
        ) { arguments, _, output in
            let wanted = arguments[0].isNull ? nil : texts(in: arguments[0])
            for transaction in server.transactions() {
                if let wanted, !wanted.contains(where: { $0.hasSameBytes(as: transaction.id) }) {
                    continue
                }
                let milliseconds = transaction.elapsedMilliseconds
                output.append(
                    .string(server.databaseName), .string(transaction.id),
                    .string(transaction.id), .string(transaction.query),
                    .string(transaction.username), .string(transaction.startTime),
                    .duration(
                        DurationValue(
                            months: 0, days: 0, seconds: milliseconds / 1000,
                            nanoseconds: Int32(milliseconds % 1000) * 1_000_000)),
                    .string(transaction.status))
            }
        }
    }

    private static func terminateTransactions(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "terminate.transactions",
            inputs: [.init("ids", .any, "A string or a list of strings.")],
            yields: [
                .init("transactionId", .string, "Identifies it."),
                .init("username", .string, "Whose it was."),
                .init("message", .string, "What happened."),
            ], access: .dbms, "Stops transactions."
        ) { arguments, _, output in
            let running = server.transactions()
            for id in texts(in: arguments[0]) {
                let owner = running.first { $0.id.hasSameBytes(as: id) }?.username
                output.append(
                    .string(id), owner.map { .string($0) } ?? .null,
                    .string(server.terminate(id) ?? "Transaction not found."))
            }
        }
    }

    private static func settings(_ server: ServerInformation) -> any Procedure {
        BuiltInProcedure(
            "show.settings",
            inputs: [.init("names", .any, fallback: .null, "A string or a list of strings.")],
            yields: [
                .init("name", .string, "The setting."),
                .init("value", .string, "Its value."),
                .init("isDynamic", .boolean, "Whether it can change while the server runs."),
                .init("defaultValue", .string, "Its value where none is given."),
                .init("description", .string, "What it is for."),
            ], access: .dbms, "Lists the settings."
        ) { arguments, _, output in
            let wanted = arguments[0].isNull ? nil : texts(in: arguments[0])
            for setting in server.settings {
                if let wanted, !wanted.contains(where: { $0.hasSameBytes(as: setting.name) }) {
                    continue
                }
                output.append(
                    .string(setting.name), .string(setting.value), .boolean(false),
                    .string(setting.defaultValue), .string(setting.description))
            }
        }
    }

    private static func texts(in value: Value) -> [String] {
        switch value {
        case .string(let text): [text]
        case .list(let values): values.flatMap(texts)
        default: []
        }
    }
}
