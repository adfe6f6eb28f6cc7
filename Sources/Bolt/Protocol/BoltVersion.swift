/// A version of the protocol, and what it has that others have not.
struct BoltVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    let major: UInt8
    let minor: UInt8

    init(_ major: UInt8, _ minor: UInt8) {
        self.major = major
        self.minor = minor
    }

    static func < (one: BoltVersion, other: BoltVersion) -> Bool {
        (one.major, one.minor) < (other.major, other.minor)
    }

    var description: String { "\(major).\(minor)" }

    /// What this server speaks, newest first: as ranges of minor versions.
    static let supported: [BoltVersionRange] = [
        BoltVersionRange(major: 6, minors: 0...0),
        BoltVersionRange(major: 5, minors: 0...8),
        BoltVersionRange(major: 4, minors: 4...4),
    ]

    /// Credentials come in LOGON, not in HELLO.
    var hasLogon: Bool { self >= BoltVersion(5, 1) }
    /// Advice is told as GQL status objects, not as notifications.
    var hasStatuses: Bool { self >= BoltVersion(5, 5) }
    /// Errors carry a GQL status.
    var hasGQLErrors: Bool { self >= BoltVersion(5, 7) }
    /// RUN and BEGIN are answered with the database's name.
    var tellsDatabaseEarly: Bool { self >= BoltVersion(5, 8) }

    /// How values are written, where nothing else has been agreed.
    var dialect: PackStreamDialect {
        PackStreamDialect(
            hasElementIDs: major >= 5, usesUTCDateTimes: major >= 5, hasVectors: major >= 6)
    }
}

/// Versions of one major number, as four bytes of a handshake tell them.
struct BoltVersionRange: Sendable, Equatable {
    let major: UInt8
    let minors: ClosedRange<UInt8>

    init(major: UInt8, minors: ClosedRange<UInt8>) {
        self.major = major
        self.minors = minors
    }

    /// Zero, how many minors below the last are meant too, the last minor, the major.
    init(bytes: UInt32) {
        major = UInt8(truncatingIfNeeded: bytes)
        let last = UInt8(truncatingIfNeeded: bytes >> 8)
        let span = UInt8(truncatingIfNeeded: bytes >> 16)
        minors = (last - min(span, last))...last
    }

    var bytes: UInt32 {
        UInt32(minors.count - 1) << 16 | UInt32(minors.upperBound) << 8 | UInt32(major)
    }

    func contains(_ version: BoltVersion) -> Bool {
        version.major == major && minors.contains(version.minor)
    }

    /// The newest version in both.
    func newestCommon(with other: BoltVersionRange) -> BoltVersion? {
        let newest = min(minors.upperBound, other.minors.upperBound)
        guard major == other.major, minors.contains(newest), other.minors.contains(newest) else {
            return nil
        }
        return BoltVersion(major, newest)
    }
}
