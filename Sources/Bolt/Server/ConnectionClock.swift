import NIOCore

/// Which of a connection's time limits has passed. Looked at now and then, so that no timer is
/// set for a message.
struct ConnectionClock {
    enum Verdict {
        case fine
        /// The client has been silent for too long.
        case idle
        /// The client does not take what it asked for.
        case stalled
        /// Nobody came in, or the last bytes do not leave.
        case endNow
    }

    /// How long the last bytes may take to leave.
    private static let farewell = TimeAmount.seconds(5)

    private let limits: BoltServerConfiguration.Limits
    private var lastHeard = NIODeadline.now()
    private var stuckSince: NIODeadline?
    private var strangerSince: NIODeadline?
    private var closingSince: NIODeadline?

    init(limits: BoltServerConfiguration.Limits) { self.limits = limits }

    /// How often to look: some times in the shortest limit.
    var period: TimeAmount {
        let shortest = min(
            limits.authentication, limits.idleTransaction, limits.stalledWrite,
            limits.idleConnection ?? .seconds(3_600))
        let nanoseconds = TimeAmount(shortest).nanoseconds / 4
        return .nanoseconds(min(max(nanoseconds, 10_000_000), 1_000_000_000))
    }

    /// Bytes have come from the client.
    mutating func heard() { lastHeard = .now() }

    /// A job has ended: the client had nothing to say before.
    mutating func worked() { lastHeard = .now() }

    /// Bytes have left.
    mutating func progressed() { stuckSince = nil }

    mutating func closing() { closingSince = .now() }

    mutating func verdict(
        machine: BoltConnectionStateMachine?, isStuck: Bool, isClosing: Bool
    ) -> Verdict {
        let now = NIODeadline.now()
        if isClosing { return has(closingSince, passed: Self.farewell, now) ? .endNow : .fine }
        stuckSince = isStuck ? stuckSince ?? now : nil
        if has(stuckSince, passed: TimeAmount(limits.stalledWrite), now) { return .stalled }
        guard let machine, machine.isAuthenticated else {
            strangerSince = strangerSince ?? now
            return has(strangerSince, passed: TimeAmount(limits.authentication), now)
                ? .endNow : .fine
        }
        strangerSince = nil
        guard machine.isIdle else { return .fine }
        let limit = machine.holdsTransaction ? limits.idleTransaction : limits.idleConnection
        return limit.map { has(lastHeard, passed: TimeAmount($0), now) } == true ? .idle : .fine
    }

    private func has(_ since: NIODeadline?, passed limit: TimeAmount, _ now: NIODeadline) -> Bool {
        since.map { now - $0 > limit } ?? false
    }
}
