import CEpoll
import Foundation

/// Tells which of some sockets have something to read. Linux's epoll.
final class Readiness {
    private let poll: Int32
    private var events: [epoll_event]

    init(_ sockets: [Int32]) throws {
        poll = epoll_create1(0)
        events = Array(repeating: epoll_event(), count: max(1, sockets.count))
        for (index, socket) in sockets.enumerated() {
            var event = epoll_event(
                events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(index)))
            guard epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) == 0 else {
                throw BoltConnection.Failure("cannot watch a connection: error \(errno)")
            }
        }
    }

    deinit { close(poll) }

    /// Indexes of the sockets that are ready; none when the time has come.
    func wait(until time: ContinuousClock.Instant?) throws -> [Int] {
        let count: Int32
        if let time {
            let left = max(.zero, time - ContinuousClock.now).components
            var limit = timespec(
                tv_sec: Int(left.seconds), tv_nsec: Int(left.attoseconds / 1_000_000_000))
            count = epoll_pwait2(poll, &events, Int32(events.count), &limit, nil)
        } else {
            count = epoll_wait(poll, &events, Int32(events.count), -1)
        }
        guard count >= 0 || errno == EINTR else {
            throw BoltConnection.Failure("cannot wait for answers: error \(errno)")
        }
        return (0..<max(0, Int(count))).map { Int(events[$0].data.u64) }
    }
}
