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
        if let database = result.database { try write("db", database, in: &map) }
        try writeKey("fields", in: &map)
        try write(strings: result.columns)
        try write("t_first", result.availableMilliseconds, in: &map)
        if let number = result.number { try write("qid", number, in: &map) }
        end(map)
    }

    mutating func write(_ result: EndedResult, version: BoltVersion) throws {
        let summary = result.end.summary
        var map = beginMap()
        try write("type", summary.access.rawValue, in: &map)
        try write("t_last", result.end.consumedMilliseconds, in: &map)
        try write("db", result.database, in: &map)
        if let bookmark = summary.bookmark { try write("bookmark", bookmark, in: &map) }
        if summary.counters != Counters() {
            try writeKey("stats", in: &map)
            try write(summary.counters)
        }
        if let plan = summary.plan {
            let key: StaticString = summary.isProfile ? "profile" : "plan"
            try writeKey(key, in: &map)
            try write(map: plan)
        }
        let advice = summary.notifications.filter(result.filter.lets)
        if version.hasStatuses {
            try writeKey("statuses", in: &map)
            try write(statusesOf: advice, and: result)
        } else if !advice.isEmpty {
            try writeKey("notifications", in: &map)
            try write(notifications: advice)
        }
        end(map)
    }

    private mutating func write(_ counters: Counters) throws {
        let entries = counters.entries
        try writeSize(entries.count + 1, of: .map)
        for (name, count) in entries {
            try write(string: name)
            write(integer: count)
        }
        try write(string: "contains-updates")
        write(boolean: true)
    }
}
