import Starling
import Values

/// A summary as the metadata of the SUCCESS that ends a result.
extension Summary {
    /// - Parameter records: whether any record has been sent.
    func metadata(
        version: BoltVersion, database: String, filter: NotificationFilter, hasColumns: Bool,
        records: Bool, consumedMilliseconds: Int64
    ) -> ValueMap {
        var metadata: ValueMap = [
            "type": .string(access.rawValue), "t_last": .integer(consumedMilliseconds),
            "db": .string(database),
        ]
        if let bookmark { metadata["bookmark"] = .string(bookmark) }
        if let stats = counters.metadata { metadata["stats"] = .map(stats) }
        if let plan { metadata[isProfile ? "profile" : "plan"] = .map(plan) }
        let heard = notifications.filter(filter.lets)
        if version.hasStatuses {
            let outcome = GQLStatus(hasColumns: hasColumns, records: records)
            let statuses =
                heard.map { $0.status(version: version) } + [outcome.metadata(version: version)]
            // "No data" comes before warnings, a success after them, hints last.
            let order = ["02": 0, "01": 1, "00": 2]
            func rank(_ status: ValueMap) -> Int {
                guard case .string(let code)? = status["gql_status"] else { return 3 }
                return order[String(code.prefix(2))] ?? 3
            }
            metadata["statuses"] = .list(
                statuses.sorted { rank($0) < rank($1) }.map { .map($0) })
        } else if !heard.isEmpty {
            metadata["notifications"] = .list(heard.map { .map($0.metadata) })
        }
        return metadata
    }
}

extension Counters {
    /// nil where nothing changed: then the entry is left out.
    fileprivate var metadata: ValueMap? {
        var map = ValueMap()
        for (name, count) in entries { map[name] = .integer(Int64(count)) }
        if !map.isEmpty { map["contains-updates"] = .boolean(true) }
        return map.isEmpty ? nil : map
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

    func metadata(version: BoltVersion) -> ValueMap {
        let (status, description) =
            switch self {
            case .success: ("00000", "note: successful completion")
            case .omittedResult: ("00001", "note: successful completion - omitted result")
            case .noData: ("02000", "note: no data")
            }
        return [
            "gql_status": .string(status), "status_description": .string(description),
            "description": .string(description),
        ]
    }
}
