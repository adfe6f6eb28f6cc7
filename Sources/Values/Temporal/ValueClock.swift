internal import Foundation

/// The clocks that a statement sees. A transaction's and a statement's stand still, so that all
/// its rows agree; `realtime` ticks.
public struct ValueClock: Sendable {
    /// A point in time, in UTC.
    public struct Instant: Sendable, Hashable {
        public var epochSecond: Int64
        public var nanosecond: Int32

        public init(epochSecond: Int64, nanosecond: Int32 = 0) {
            self.epochSecond = epochSecond
            self.nanosecond = nanosecond
        }

        public var epochMillisecond: Int64 { epochSecond * 1_000 + Int64(nanosecond) / 1_000_000 }

        /// The system's clock.
        public static func now() -> Instant {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Instant(
                epochSecond: Int64(time.tv_sec),
                nanosecond: Int32(truncatingIfNeeded: time.tv_nsec))
        }
    }

    public let transaction: Instant
    public let statement: Instant
    public let realtime: @Sendable () -> Instant
    /// Where `date()`, `time()` and their like are told when no zone is given.
    public let zone: TemporalZone

    public init(
        transaction: Instant, statement: Instant,
        realtime: @escaping @Sendable () -> Instant = { Instant.now() },
        zone: TemporalZone = .utc
    ) {
        self.transaction = transaction
        self.statement = statement
        self.realtime = realtime
        self.zone = zone
    }

    /// A statement that begins now in a transaction of its own.
    public static func beginningNow(zone: TemporalZone = .utc) -> ValueClock {
        let now = Instant.now()
        return ValueClock(transaction: now, statement: now, zone: zone)
    }
}
