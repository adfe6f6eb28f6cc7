import Starling
import Values

/// Advice that comes with a result: to old clients as notifications, to newer ones as GQL statuses,
/// among which is also how the statement ended.
extension PackStreamEncoder {
    mutating func write(notifications: [StatementNotification]) throws {
        try writeSize(notifications.count, of: .list)
        for notification in notifications {
            var map = beginMap()
            try write("code", notification.code, in: &map)
            try write("title", notification.title, in: &map)
            try write("description", notification.description, in: &map)
            try write("severity", notification.severity.rawValue, in: &map)
            try write("category", notification.category, in: &map)
            try writePosition("position", of: notification, in: &map)
            end(map)
        }
    }

    /// "No data" comes before warnings, a success after them, hints last.
    mutating func write(
        statusesOf advice: [StatementNotification], and result: EndedResult
    ) throws {
        try writeSize(advice.count + 1, of: .list)
        let outcome = GQLStatus(of: result)
        if outcome == .noData { try write(outcome) }
        for notification in advice where notification.isWarning { try write(status: notification) }
        if outcome != .noData { try write(outcome) }
        for notification in advice where !notification.isWarning {
            try write(status: notification)
        }
    }

    private mutating func write(status notification: StatementNotification) throws {
        let kind = notification.severity == .warning ? "warn" : "info"
        var map = beginMap()
        try write("gql_status", notification.gqlStatus, in: &map)
        try write(
            "status_description", "\(kind): \(notification.title). \(notification.description)",
            in: &map)
        try write("neo4j_code", notification.code, in: &map)
        try write("title", notification.title, in: &map)
        try write("description", notification.description, in: &map)
        try writeKey("diagnostic_record", in: &map)
        var record = beginMap()
        try write("OPERATION", "", in: &record)
        try write("OPERATION_CODE", "0", in: &record)
        try write("CURRENT_SCHEMA", "/", in: &record)
        try write("_classification", notification.category, in: &record)
        try write("_severity", notification.severity.rawValue, in: &record)
        try writePosition("_position", of: notification, in: &record)
        end(record)
        end(map)
    }

    private mutating func write(_ outcome: GQLStatus) throws {
        var map = beginMap()
        try write("gql_status", outcome.rawValue, in: &map)
        try write("status_description", outcome.description, in: &map)
        try write("description", outcome.description, in: &map)
        end(map)
    }

    private mutating func writePosition(
        _ key: StaticString, of notification: StatementNotification, in map: inout OpenMap
    ) throws {
        guard let position = notification.position else { return }
        try writeKey(key, in: &map)
        var place = beginMap()
        try write("offset", Int64(position.offset), in: &place)
        try write("line", Int64(position.line), in: &place)
        try write("column", Int64(position.column), in: &place)
        end(place)
    }
}

extension StatementNotification {
    /// The status that Neo4j gives the same advice, or the general class of the GQL standard: a
    /// warning, or informational.
    fileprivate var gqlStatus: String {
        switch code.split(separator: ".").last {
        case "CartesianProduct": "03N90"
        case "UnboundedVariableLengthPattern": "03N91"
        case "UnknownLabelWarning": "01N50"
        case "UnknownRelationshipTypeWarning": "01N51"
        case "UnknownPropertyKeyWarning": "01N52"
        default: severity == .warning ? "01N00" : "03N00"
        }
    }

    /// Whether the status is of the class of warnings.
    fileprivate var isWarning: Bool { gqlStatus.utf8.starts(with: "01".utf8) }
}

/// How a statement ended, in GQL's words.
private enum GQLStatus: String {
    case success = "00000"
    case omittedResult = "00001"
    case noData = "02000"

    init(of result: EndedResult) {
        self = result.end.hadRecords ? .success : result.hasColumns ? .noData : .omittedResult
    }

    var description: String {
        switch self {
        case .success: "note: successful completion"
        case .omittedResult: "note: successful completion - omitted result"
        case .noData: "note: no data"
        }
    }
}
