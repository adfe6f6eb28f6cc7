import Values

/// What SUCCESS says after each request.
extension BoltConnectionStateMachine {
    var helloMetadata: ValueMap {
        var metadata: ValueMap = [
            "server": .string(settings.agent),
            "connection_id": .string(settings.connectionID),
            "hints": .map(["telemetry.enabled": .boolean(false)]),
        ]
        if version.major == 4, dialect.usesUTCDateTimes {
            metadata["patch_bolt"] = .list([.string("utc")])
        }
        return metadata
    }

    var databaseMetadata: ValueMap {
        version.tellsDatabaseEarly ? ["db": .string(settings.databaseName)] : [:]
    }

    /// The one server there is, in all its roles.
    func routingTable(address: String) -> ValueMap {
        let servers = ["ROUTE", "READ", "WRITE"].map { role in
            Value.map(["addresses": .list([.string(address)]), "role": .string(role)])
        }
        let table: ValueMap = [
            "ttl": .integer(Self.routingTableSeconds),
            "db": .string(settings.databaseName),
            "servers": .list(servers),
        ]
        return ["rt": .map(table)]
    }

    /// How long a client may keep a routing table; it never changes.
    private static let routingTableSeconds: Int64 = 300
}

extension Request {
    /// The message's name in the protocol's documentation.
    var name: String {
        switch self {
        case .hello: "HELLO"
        case .logon: "LOGON"
        case .logoff: "LOGOFF"
        case .run: "RUN"
        case .begin: "BEGIN"
        case .commit: "COMMIT"
        case .rollback: "ROLLBACK"
        case .pull: "PULL"
        case .discard: "DISCARD"
        case .route: "ROUTE"
        case .telemetry: "TELEMETRY"
        case .reset: "RESET"
        case .goodbye: "GOODBYE"
        case .unread, .refused: "The message"
        }
    }
}
