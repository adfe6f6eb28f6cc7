import Starling
import Values

/// The first byte of a message after the number of its fields.
private enum RequestTag: UInt8 {
    case hello = 0x01
    case goodbye = 0x02
    case reset = 0x0F
    case run = 0x10
    case begin = 0x11
    case commit = 0x12
    case rollback = 0x13
    case discard = 0x2F
    case pull = 0x3F
    case telemetry = 0x54
    case route = 0x66
    case logon = 0x6A
    case logoff = 0x6B
}

extension Request {
    /// Reads one message.
    ///
    /// A message that is well formed but asks for what cannot be is `.refused`, so that it is
    /// answered in its turn. One that is not well formed throws: nothing after it can be trusted.
    /// - Throws: `PackStreamError`
    init(_ bytes: ArraySlice<UInt8>, version: BoltVersion) throws {
        do {
            var decoder = PackStreamDecoder(bytes)
            let (tag, count) = try decoder.readMessageHead()
            // What every statement sends is read without a list of fields.
            switch (RequestTag(rawValue: tag), count) {
            case (.run, 3): self = .run(try RunRequest(&decoder, tag))
            case (.pull, 1): self = .pull(try Portion(&decoder, tag))
            default:
                let fields = StructureFields(tag: tag, values: try decoder.readFields(count))
                self = try Request(fields, version: version)
            }
        } catch let error as PackStreamError where !error.breaksTheStream {
            self = .refused(DatabaseError(code: .invalidRequest, message: error.description))
        } catch let error as DatabaseError {
            self = .refused(error)
        }
    }

    private init(_ fields: StructureFields, version: BoltVersion) throws {
        switch (RequestTag(rawValue: fields.tag), fields.count) {
        case (.hello, 1): self = .hello(try Hello(fields.map(0), version: version))
        case (.logon, 1) where version.hasLogon:
            self = .logon(try BoltCredentials(fields.map(0)))
        case (.logoff, 0) where version.hasLogon: self = .logoff
        case (.begin, 1):
            let extra = try fields.map(0)
            self = .begin(try RunOptions(extra), try NotificationFilter(extra))
        case (.commit, 0): self = .commit
        case (.rollback, 0): self = .rollback
        case (.discard, 1): self = .discard(try Portion(fields.map(0)))
        case (.route, 3):
            let extra = try fields.map(2)
            try extra.refuseImpersonation()
            self = .route(
                Route(address: try fields.map(0).text("address"), database: try extra.text("db")))
        case (.telemetry, 1): self = .telemetry
        case (.reset, 0): self = .reset
        case (.goodbye, 0): self = .goodbye
        default: throw fields.unknown
        }
    }
}

extension Request.Hello {
    fileprivate init(_ extra: ValueMap, version: BoltVersion) throws {
        userAgent = try extra.text("user_agent") ?? ""
        routingAddress = try extra.map("routing")?.text("address")
        wantsUTCDateTimes = try extra.texts("patch_bolt")?.contains("utc") ?? false
        if !version.hasLogon { credentials = try BoltCredentials(extra) }
        notifications = try NotificationFilter(extra)
    }
}

extension RunRequest {
    fileprivate convenience init(_ decoder: inout PackStreamDecoder, _ tag: UInt8) throws {
        let isLarge = decoder.bytesLeft > Request.quicklyReadBytes
        let statement = try decoder.readValue()
        let parameters = try decoder.readValue()
        let extra = try decoder.readValue()
        try decoder.checkEnd()
        guard case .string(let statement) = statement, case .map(let parameters) = parameters,
            case .map(let extra) = extra
        else { throw PackStreamError.unknownStructure(tag: tag, fields: 3) }
        self.init(
            statement, parameters, try RunOptions(extra), try NotificationFilter(extra),
            isLarge: isLarge)
    }
}

extension Request.Portion {
    /// What every PULL says is read without a map.
    fileprivate init(_ decoder: inout PackStreamDecoder, _ tag: UInt8) throws {
        var general = decoder
        var count: Int64?
        var result: Int64?
        var entries = try decoder.readMapHead() ?? -1
        while entries > 0 {
            switch (try decoder.readKey(), try decoder.readValue()) {
            case ("n", .integer(let number)): count = number
            case ("qid", .integer(let number)): result = number
            default: entries = -1
            }
            entries -= 1
        }
        if entries == 0 {
            try decoder.checkEnd()
            try self.init(count: count, result: result)
            return
        }
        let extra = try general.readValue()
        try general.checkEnd()
        guard case .map(let extra) = extra else {
            throw PackStreamError.unknownStructure(tag: tag, fields: 1)
        }
        try self.init(extra)
    }

    fileprivate init(_ extra: ValueMap) throws {
        try self.init(count: try extra.integer("n"), result: try extra.integer("qid"))
    }

    private init(count: Int64?, result: Int64?) throws {
        guard let count, count == -1 || count > 0 else {
            throw DatabaseError(
                code: .invalidRequest, message: "'n' must be -1 or a positive number of records.")
        }
        self.init(
            count: count == -1 ? nil : Int(count), result: result.flatMap { $0 == -1 ? nil : $0 })
    }
}

extension BoltCredentials {
    fileprivate init(_ auth: ValueMap) throws {
        switch try auth.text("scheme") {
        case "basic"?:
            self = .basic(
                user: try auth.text("principal") ?? "", password: try auth.text("credentials") ?? ""
            )
        case "none"?, nil: self = .none
        case let scheme?:
            throw DatabaseError(
                code: .unauthorized,
                message: "The authentication scheme '\(scheme)' is not known here; use 'basic' or "
                    + "'none'.")
        }
    }
}

extension RunOptions {
    private static let standard = RunOptions()

    fileprivate init(_ extra: ValueMap) throws {
        if extra.isEmpty {
            self = .standard
            return
        }
        try extra.refuseImpersonation()
        self.init(
            database: try extra.text("db"), timeoutMilliseconds: try extra.integer("tx_timeout"),
            bookmarks: try extra.texts("bookmarks") ?? [],
            accessMode: try extra.text("mode") == "r" ? .read : .write,
            metadata: try extra.map("tx_metadata") ?? ValueMap())
    }
}

extension NotificationFilter {
    fileprivate init(_ extra: ValueMap) throws {
        if extra.isEmpty { return }
        switch try extra.text("notifications_minimum_severity") {
        case nil: break
        case "OFF"?: least = .off
        case "WARNING"?: least = .warning
        case "INFORMATION"?: least = .information
        case let other?:
            throw DatabaseError(
                code: .invalidRequest,
                message: "'\(other)' is no severity of notifications: OFF, WARNING, INFORMATION.")
        }
        disabledCategories =
            try extra.texts("notifications_disabled_classifications")
            ?? extra.texts("notifications_disabled_categories")
    }
}

/// Entries of a message's map. A missing entry and null are the same.
extension ValueMap {
    fileprivate func text(_ key: String) throws -> String? {
        switch self[key] {
        case nil, .null?: nil
        case .string(let text)?: text
        default: throw wrongType(key, "a string")
        }
    }

    fileprivate func integer(_ key: String) throws -> Int64? {
        switch self[key] {
        case nil, .null?: nil
        case .integer(let number)?: number
        default: throw wrongType(key, "an integer")
        }
    }

    fileprivate func map(_ key: String) throws -> ValueMap? {
        switch self[key] {
        case nil, .null?: nil
        case .map(let map)?: map
        default: throw wrongType(key, "a map")
        }
    }

    fileprivate func texts(_ key: String) throws -> [String]? {
        switch self[key] {
        case nil, .null?: return nil
        case .list(let values)?:
            return try values.map {
                guard case .string(let text) = $0 else { throw wrongType(key, "a list of strings") }
                return text
            }
        default: throw wrongType(key, "a list of strings")
        }
    }

    fileprivate func refuseImpersonation() throws {
        guard try text("imp_user") == nil else {
            throw DatabaseError(
                code: .forbidden, message: "Users cannot be impersonated here: leave out imp_user.")
        }
    }

    private func wrongType(_ key: String, _ expected: String) -> DatabaseError {
        DatabaseError(code: .invalidRequest, message: "'\(key)' must be \(expected).")
    }
}
