internal import Foundation
internal import Synchronization

/// Where a clock hangs: at an offset from UTC, or in a region whose offset has a history.
public enum TemporalZone: Sendable, Hashable {
    /// Seconds east of UTC.
    case offset(Int32)
    /// A name of the IANA time-zone database: `Europe/Stockholm`.
    case region(Region)

    public static let utc = TemporalZone.offset(0)

    /// The farthest that ISO offsets go: 18 hours.
    static let maximumOffset: Int32 = 18 * 3_600

    /// A region of the time-zone database. Look-ups are thread-safe and cost about 0.1 µs.
    public struct Region: Sendable, Hashable {
        public let name: String
        private let rules: TimeZone

        fileprivate init(name: String, rules: TimeZone) {
            self.name = name
            self.rules = rules
        }

        /// Seconds east of UTC at an instant.
        public func offset(atEpochSecond second: Int64) -> Int32 {
            let nearby = Self.equivalent(second)
            return Int32(rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double(nearby))))
        }

        /// Rules reach no farther than a few thousand years. Beyond, the calendar repeats every
        /// 400 years, and so do they; before the first of them nothing changes.
        private static func equivalent(_ second: Int64) -> Int64 {
            let cycle = 146_097 * ClockUnits.secondsPerDay
            let reach = 20 * cycle
            if second > reach { return reach - cycle + second % cycle }
            return max(second, -reach)
        }

        public static func == (left: Region, right: Region) -> Bool { left.name == right.name }

        public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// The region of that name, or nil where the database has none. Names are told by their exact
    /// spelling; found ones are remembered, at most as many as there are.
    public static func region(named name: String) -> Region? {
        if let known = regions.withLock({ $0[name] }) { return known }
        guard isRegionName(name), let rules = TimeZone(identifier: name) else { return nil }
        let region = Region(name: name, rules: rules)
        regions.withLock { $0[name] = region }
        return region
    }

    private static let regions = Mutex<[String: Region]>([:])

    /// Foundation also takes forms such as `GMT+1`, of which there is no end.
    private static func isRegionName(_ name: String) -> Bool {
        let bytes = name.utf8
        let plain = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default: false
            }
        }
        let isSynthetic =
            (name.hasPrefix("GMT") || name.hasPrefix("UTC")) && bytes.count > 3
        return plain && !bytes.isEmpty && !isSynthetic
    }

    public func offset(atEpochSecond second: Int64) -> Int32 {
        switch self {
        case .offset(let seconds): seconds
        case .region(let region): region.offset(atEpochSecond: second)
        }
    }

    var regionName: String? {
        if case .region(let region) = self { region.name } else { nil }
    }
}

extension DateTimeValue {
    /// The zone with its rules. A region that this machine's database does not know keeps the
    /// offset that the value came with.
    public var timeZone: TemporalZone {
        guard let zone, let region = TemporalZone.region(named: zone) else {
            return .offset(offsetSeconds)
        }
        return .region(region)
    }

    /// An instant as it is shown in a zone.
    public init(epochSecond: Int64, nanosecond: Int32, in zone: TemporalZone) {
        self.init(
            epochSecond: epochSecond, nanosecond: nanosecond,
            offsetSeconds: zone.offset(atEpochSecond: epochSecond), zone: zone.regionName)
    }

    /// The instant at which the clock in a zone shows a local time.
    ///
    /// Where the clock shows it twice, the preferred offset decides, else the earlier instant.
    /// Where it skips it, the clock is taken to have run on: the result lies behind the gap.
    public init(
        local: LocalDateTimeValue, in zone: TemporalZone, preferring preferred: Int32? = nil
    ) {
        let day = ClockUnits.secondsPerDay
        let before = zone.offset(atEpochSecond: local.epochSecond - day)
        let after = zone.offset(atEpochSecond: local.epochSecond + day)
        func isValid(_ offset: Int32) -> Bool {
            zone.offset(atEpochSecond: local.epochSecond - Int64(offset)) == offset
        }
        let candidates = [preferred, before, after].compactMap { $0 }
        let offset = candidates.first(where: isValid) ?? before
        self.init(
            epochSecond: local.epochSecond - Int64(offset), nanosecond: local.nanosecond, in: zone)
    }

    /// The same instant, shown in another zone.
    public func converted(to zone: TemporalZone) -> DateTimeValue {
        DateTimeValue(epochSecond: epochSecond, nanosecond: nanosecond, in: zone)
    }
}
