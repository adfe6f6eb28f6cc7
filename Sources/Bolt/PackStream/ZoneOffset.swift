import Foundation

/// How far a named zone is from UTC. On the wire a zoned date-time is an instant and a name; the
/// offset that goes with them is looked up here.
enum ZoneOffset {
    /// Seconds east of UTC at an instant.
    static func seconds(in zone: String, at epochSecond: Int64) throws -> Int32 {
        let rules = try rules(of: zone)
        return seconds(rules, at: epochSecond)
    }

    /// Seconds east of UTC at a local time, as Bolt 4.4 tells it. Where clocks go back the earlier
    /// instant is meant; where they go forward, the offset before holds.
    static func seconds(in zone: String, atLocal localSecond: Int64) throws -> Int32 {
        let rules = try rules(of: zone)
        let dayBefore = seconds(rules, at: localSecond - 86_400)
        let candidate = seconds(rules, at: localSecond - Int64(dayBefore))
        if candidate == dayBefore { return dayBefore }
        let agrees = seconds(rules, at: localSecond - Int64(candidate)) == candidate
        return agrees ? candidate : dayBefore
    }

    private static func rules(of zone: String) throws -> TimeZone {
        guard let rules = TimeZone(identifier: zone) else {
            throw PackStreamError.invalid("There is no time zone '\(zone)'.")
        }
        return rules
    }

    private static func seconds(_ rules: TimeZone, at epochSecond: Int64) -> Int32 {
        let date = Date(timeIntervalSince1970: Double(epochSecond))
        return Int32(clamping: rules.secondsFromGMT(for: date))
    }
}
