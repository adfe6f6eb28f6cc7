import NIOCore
import Starling
import Values

/// What the connections of one event loop have in common between two looks at the network.
///
/// Statements that take microseconds are answered here, on the loop. All answers of a round leave
/// together at its end: the first one wakes whoever waits for it, and while that one is at work the
/// others arrive without a wake-up, which costs more than an answer.
final class LoopRound: @unchecked Sendable {
    // Made by the server, used on its event loop only.
    private let eventLoop: any EventLoop
    private let reads: any BoltPointReads
    // No access overlaps another; the run-time checks of that would only cost.
    @exclusivity(unchecked) private var disk = DiskWatch()
    @exclusivity(unchecked) private var waiting:
        [(handler: BoltChannelHandler, context: ChannelHandlerContext)] = []
    private var isEnding = false

    /// So many answers leave without waiting for the others.
    private static let mostWaiting = 64

    init(_ eventLoop: any EventLoop, _ backend: any BoltBackend) {
        self.eventLoop = eventLoop
        reads = backend.makePointReads()
    }

    /// Answers a statement whose records are wanted, or nil where a worker has to run it.
    func answer(_ request: RunRequest, in session: any BoltSession) throws -> LoopAnswer? {
        let start = NIODeadline.now()
        guard disk.isQuiet(start) else { return nil }
        endsSoon()
        var milliseconds: Int64 = 0
        let result: PointResult?
        do {
            defer {
                // Also one that gives up, or fails, may have waited.
                let end = NIODeadline.now()
                disk.took(from: start, to: end)
                milliseconds = (end - start).nanoseconds / 1_000_000
            }
            result = try reads.answer(request.statement, request.parameters, in: session)
        }
        return result.map { LoopAnswer(result: $0, milliseconds: milliseconds) }
    }

    /// The handler's output is sent when the round ends.
    func flushLater(_ handler: BoltChannelHandler, _ context: ChannelHandlerContext) {
        waiting.append((handler, context))
        if waiting.count == Self.mostWaiting { flush() } else { endsSoon() }
    }

    private func endsSoon() {
        guard !isEnding else { return }
        isEnding = true
        eventLoop.execute { [self] in
            isEnding = false
            reads.endRound()
            flush()
        }
    }

    private func flush() {
        // None of them comes back here meanwhile: a flush reads nothing.
        for (handler, context) in waiting { handler.flush(context) }
        waiting.removeAll(keepingCapacity: true)
    }
}

/// The whole answer to a statement that took microseconds.
struct LoopAnswer {
    let result: PointResult
    let milliseconds: Int64

    var end: ResultEnd {
        ResultEnd(
            summary: result.summary, hadRecords: result.row != nil, consumedMilliseconds: 0)
    }
}
