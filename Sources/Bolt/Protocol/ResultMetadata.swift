import Starling
import Values

/// A result that is open: what RUN is answered with.
struct OpenedResult: Sendable {
    let columns: [String]
    /// How long it took until there could be records.
    let availableMilliseconds: Int64
    /// Its number, where the client must tell several apart.
    let number: Int64?
    /// The database's name, where the version wants it so early.
    let database: String?
}

/// A result that is over, and what of it this client hears.
struct EndedResult: Sendable {
    let end: ResultEnd
    let database: String
    let filter: NotificationFilter
    let hasColumns: Bool
}

extension PackStreamEncoder {
    mutating func write(_ result: OpenedResult) throws {
        var map = beginMap()
        if let database = result.database {
            try writeKey("db", in: &map)
            try write(string: database)
        }
        try writeKey("fields", in: &map)
        try write(strings: result.columns)
        try writeKey("t_first", in: &map)
        write(integer: result.availableMilliseconds)
        if let number = result.number {
            try writeKey("qid", in: &map)
            write(integer: number)
        }
        end(map)
    }

    mutating func write(_ result: EndedResult, version: BoltVersion) throws {
        let summary = result.end.summary
        var map = beginMap()
        try writeKey("type", in: &map)
        try write(string: summary.access.rawValue)
        try writeKey("t_last", in: &map)
        write(integer: result.end.consumedMilliseconds)
        try writeKey("db", in: &map)
        try write(string: result.database)
        if let bookmark = summary.bookmark {
            try writeKey("bookmark", in: &map)
            try write(string: bookmark)
        }
        if let stats = summary.counters.metadata {
            try writeKey("stats", in: &map)
            try write(map: stats)
        }
        if let plan = summary.plan {
            try writeKey(summary.isProfile ? "profile" : "plan", in: &map)
            try write(map: plan)
        }
        let heard = summary.notifications.filter(result.filter.lets)
        if version.hasStatuses {
            try writeKey("statuses", in: &map)
            try write(maps: result.statuses(heard, version: version))
        } else if !heard.isEmpty {
            try writeKey("notifications", in: &map)
            try write(maps: heard.map(\.metadata))
        }
        end(map)
    }

    private mutating func write(maps: [ValueMap]) throws {
        try writeSize(maps.count, of: .list)
        for map in maps { try write(map: map) }
    }
}

extension EndedResult {
    fileprivate func statuses(
        _ heard: [StatementNotification], version: BoltVersion
    ) -> [ValueMap] {
        let outcome = GQLStatus(hasColumns: hasColumns, records: end.hadRecords).metadata
        if heard.isEmpty { return [outcome] }
        // "No data" comes before warnings, a success after them, hints last.
        let order = ["02": 0, "01": 1, "00": 2]
        func rank(_ status: ValueMap) -> Int {
            guard case .string(let code)? = status["gql_status"] else { return 3 }
            return order[String(code.prefix(2))] ?? 3
        }
        let statuses = heard.map { $0.status(version: version) } + [outcome]
        return statuses.sorted { rank($0) < rank($1) }
    }
}

extension Counters {
    /// nil where nothing changed: then the entry is left out.
    fileprivate var metadata: ValueMap? {
        if self == Counters() { return nil }
        var map = ValueMap()
        for (name, count) in entries { map[name] = .integer(Int64(count)) }
        map["contains-updates"] = .boolean(true)
        return map
    }
}

extension StatementNotification {
    /// The status that Neo4j gives the same advice, or the general class of the GQL standard: a
    /// warning, or informational.
    private var gqlStatus: String {
        switch code.split(separator: ".").last {
        case "CartesianProduct": "03N90"
        case "UnboundedVariableLengthPattern": "03N91"
        case "UnknownLabelWarning": "01N50"
        case "UnknownRelationshipTypeWarning": "01N51"
        case "UnknownPropertyKeyWarning": "01N52"
        default: severity == .warning ? "01N00" : "03N00"
        }
    }

    fileprivate var positionMap: ValueMap? {
        position.map {
            [
                "offset": .integer(Int64($0.offset)), "line": .integer(Int64($0.line)),
                "column": .integer(Int64($0.column)),
            ]
        }
    }

    fileprivate var metadata: ValueMap {
        var map: ValueMap = [
            "code": .string(code), "title": .string(title), "description": .string(description),
            "severity": .string(severity.rawValue), "category": .string(category),
        ]
        if let positionMap { map["position"] = .map(positionMap) }
        return map
    }

    fileprivate func status(version: BoltVersion) -> ValueMap {
        let kind = severity == .warning ? "warn" : "info"
        var record: ValueMap = [
            "OPERATION": .string(""), "OPERATION_CODE": .string("0"),
            "CURRENT_SCHEMA": .string("/"),
            "_classification": .string(category), "_severity": .string(severity.rawValue),
        ]
        if let positionMap { record["_position"] = .map(positionMap) }
        return [
            "gql_status": .string(gqlStatus),
            "status_description": .string("\(kind): \(title). \(description)"),
            "neo4j_code": .string(code), "title": .string(title),
            "description": .string(description), "diagnostic_record": .map(record),
        ]
    }
}

/// How a statement ended, in GQL's words.
private enum GQLStatus {
    case success, omittedResult, noData

    init(hasColumns: Bool, records: Bool) {
        self = records ? .success : hasColumns ? .noData : .omittedResult
    }

    var metadata: ValueMap {
        switch self {
        case .success: Self.successStatus
        case .omittedResult: Self.omittedResultStatus
        case .noData: Self.noDataStatus
        }
    }

    private static let successStatus = status("00000", "note: successful completion")
    private static let omittedResultStatus = status(
        "00001", "note: successful completion - omitted result")
    private static let noDataStatus = status("02000", "note: no data")

    private static func status(_ status: String, _ description: String) -> ValueMap {
        [
            "gql_status": .string(status), "status_description": .string(description),
            "description": .string(description),
        ]
    }
}
