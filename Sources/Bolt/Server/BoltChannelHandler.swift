import Logging
import NIOCore
import Starling

/// Asks every connection to end as soon as nothing is open on it.
struct DrainRequest: Sendable {}

/// Carries bytes between a channel and the connection's state machine, and does what that asks for.
///
/// Lives on the channel's event loop. What takes microseconds is answered there, within the loop's
/// ``LoopRound``; what else needs the database goes to the ``QueryWorker``, one job at a time, and
/// comes back by one wake-up of the loop a turn. While the channel is not writable no further turn
/// is asked for: so a slow client slows its query.
final class BoltChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// A message from somebody who has not come in yet is small.
    private static let unauthenticatedMessageBytes = 64 << 10
    /// Memory for answers that a connection keeps from one to the next.
    private static let keptBytes = 16 << 10

    private let limits: BoltServerConfiguration.Limits
    private let settings: BoltConnectionStateMachine.Settings
    private let isEncrypted: Bool
    private let worker: QueryWorker
    private let round: LoopRound
    private let logger: Logger
    /// Called once, when the connection and its session are over.
    private let onEnd: @Sendable () -> Void

    private var handshake = Handshake()
    private var handshakeBytes = ByteBuffer()
    // Values that change on the event loop and call nothing back meanwhile: the run-time checks of
    // exclusive access, three dozen for a request, would only cost.
    @exclusivity(unchecked) private var machine: BoltConnectionStateMachine?
    @exclusivity(unchecked) private var assembler: MessageAssembler
    /// What has come together, empty in between.
    @exclusivity(unchecked) private var requests: [(request: Request, bytes: Int)] = []
    /// What is to be sent at the next flush.
    @exclusivity(unchecked) private var output = PackStreamEncoder(
        dialect: PackStreamDialect(
            hasElementIDs: false, usesUTCDateTimes: false, hasVectors: false))
    @exclusivity(unchecked) private var smallWrites = SmallWrites()
    /// Carries larger output to the channel, and mostly is free again at once.
    @exclusivity(unchecked) private var carrier = ByteBuffer()

    /// A job or a turn is on a worker.
    @exclusivity(unchecked) private var isWorking = false
    /// Records that were read together with RUN, before their PULL was looked at.
    @exclusivity(unchecked) private var readAhead: Turn?
    /// How the statement has failed that is about to be run.
    @exclusivity(unchecked) private var failure: DatabaseError?
    @exclusivity(unchecked) private var isActing = false
    @exclusivity(unchecked) private var portion: TurnRequest?
    /// The next turn waits until the channel is writable.
    private var isParked = false
    /// So does the next statement.
    private var parkedJob: Job?
    private var isClosing = false
    private var isGone = false
    @exclusivity(unchecked) private var clock: ConnectionClock
    private var ticks: RepeatedTask?

    init(
        limits: BoltServerConfiguration.Limits, settings: BoltConnectionStateMachine.Settings,
        isEncrypted: Bool, worker: QueryWorker, round: LoopRound, logger: Logger,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.limits = limits
        self.settings = settings
        self.isEncrypted = isEncrypted
        self.worker = worker
        self.round = round
        self.logger = logger
        self.onEnd = onEnd
        assembler = MessageAssembler(limit: Self.unauthenticatedMessageBytes)
        clock = ConnectionClock(limits: limits)
    }

    // MARK: Channel events

    func channelActive(context: ChannelHandlerContext) {
        if !isEncrypted { smallWrites = SmallWrites(context) }
        let loopBound = NIOLoopBound(
            (handler: self, context: context), eventLoop: context.eventLoop)
        let period = clock.period
        ticks = context.eventLoop.scheduleRepeatedTask(initialDelay: period, delay: period) { _ in
            loopBound.value.handler.tick(loopBound.value.context)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isClosing else { return }
        clock.heard()
        let bytes = unwrapInboundIn(data)
        if machine == nil {
            handshakeBytes.writeImmutableBuffer(bytes)
            advanceHandshake(context)
        } else {
            bytes.withUnsafeReadableBytes { assembler.append($0) }
            takeMessages(context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushLater(context)
        context.fireChannelReadComplete()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            clock.progressed()
            goOn(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is DrainRequest else { return context.fireUserInboundEventTriggered(event) }
        if machine == nil {
            close(context)
        } else {
            machine?.drain()
            act(context)
            flush(context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        ticks?.cancel()
        smallWrites.stop()
        isClosing = true
        isGone = true
        isParked = false
        parkedJob = nil
        logger.debug("connection closed")
        machine?.disconnected()
        act(context)
        if !isWorking { worker.close(completion: onEnd) }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    private func tick(_ context: ChannelHandlerContext) {
        switch clock.verdict(
            machine: machine, isStuck: isParked || !context.channel.isWritable, isClosing: isClosing
        )
        {
        case .fine: break
        case .endNow: context.close(promise: nil)
        case .stalled:
            logger.debug("connection stalled: the client does not read")
            machine?.stalled()
            act(context)
            context.close(promise: nil)
        case .idle:
            if machine == nil { close(context) }
            machine?.idleLimitReached()
            act(context)
        }
        flush(context)
    }

    // MARK: Messages in

    private func advanceHandshake(_ context: ChannelHandlerContext) {
        switch handshake.advance(&handshakeBytes) {
        case .needsMoreBytes: return
        case .reply(let reply):
            output.bytes.append(contentsOf: reply.readableBytesView)
            advanceHandshake(context)
        case .agreed(let version, let reply):
            output.bytes.append(contentsOf: reply.readableBytesView)
            machine = BoltConnectionStateMachine(version: version, settings: settings)
            logger.debug("connection opened", metadata: ["version": "\(version)"])
            if handshakeBytes.readableBytes > 0 {
                assembler.append(handshakeBytes.readableBytesView)
                takeMessages(context)
            }
            handshakeBytes = ByteBuffer()
        case .refused(let reply, let reason):
            logger.debug("connection refused", metadata: ["reason": "\(reason)"])
            output.bytes.append(contentsOf: reply.readableBytesView)
            close(context)
        }
    }

    private func takeMessages(_ context: ChannelHandlerContext) {
        guard let version = machine?.version, !isClosing else { return }
        assembler.limit =
            machine?.isAuthenticated == true
            ? limits.messageBytes : min(limits.messageBytes, Self.unauthenticatedMessageBytes)
        var nonsense: String?
        do {
            while let message = try assembler.next() {
                let request: Request =
                    message.count > Request.quicklyReadBytes
                    ? .unread(message) : try Request(message, version: version)
                requests.append((request, message.count))
            }
        } catch let error as PackStreamError {
            nonsense = error.description
        } catch {
            nonsense = "A message is larger than \(assembler.limit) bytes."
        }
        // Memory for a RUN and its PULL is used again, that of many is not kept.
        defer { requests.removeAll(keepingCapacity: requests.count <= 2) }
        if nonsense == nil, answersAtOnce() { return }
        if !requests.isEmpty { machine?.receive(requests) }
        if let nonsense { machine?.receiveNonsense(nonsense) }
        act(context)
    }

    /// Whether what has come is a statement by itself that could be answered here and now. Where it
    /// fails, the machine sees to that.
    private func answersAtOnce() -> Bool {
        guard smallWrites.isQueueEmpty, let statement = machine?.wholeStatement(in: requests) else {
            return false
        }
        do {
            guard let answer = try worker.answer(statement.request, in: round) else { return false }
            // What cannot be sent fails where the machine comes to it, in the PULL.
            guard output.writes(answer, to: statement) else { return false }
            machine?.answered(statement)
            return true
        } catch {
            failure = DatabaseError(reporting: error)
            return false
        }
    }

    // MARK: Actions out

    /// Does what the machine asks for. What happens meanwhile is done by the call that is at it.
    private func act(_ context: ChannelHandlerContext) {
        guard !isActing else { return }
        isActing = true
        while let action = machine?.nextAction() { execute(action, context) }
        isActing = false
    }

    private func execute(_ action: ConnectionAction, _ context: ChannelHandlerContext) {
        switch action {
        case .send(let response): send(response, context)
        case .perform(.pull(let result, let count, let keep)):
            portion = TurnRequest(result: result, limit: count, keep: keep)
            if let turn = readAhead {
                readAhead = nil
                take(turn, context)
            } else {
                readTurn(context)
            }
        case .perform(let job):
            readAhead = nil
            if let failure {
                self.failure = nil
                machine?.finish(.failed(failure))
                return
            }
            if case .run = job, !context.channel.isWritable {
                parkedJob = job
                return
            }
            // One at a time, so that a client that sends many ahead does not keep the loop.
            if machine?.requestsWaiting == 1, let answer = worker.answer(job, in: round) {
                readAhead = answer.result
                machine?.finish(answer.outcome)
            } else {
                start(job, context)
            }
        case .cancel:
            worker.cancel()
            goOn(context)
        case .setReading(let isOn):
            context.channel.setOption(.autoRead, value: isOn).whenFailure { _ in }
        case .close: close(context)
        }
    }

    /// The channel is writable again, or what waits for that is to end.
    private func goOn(_ context: ChannelHandlerContext) {
        if isParked {
            isParked = false
            readTurn(context)
        }
        if let job = parkedJob {
            parkedJob = nil
            start(job, context)
        }
    }

    private func send(_ response: Response, _ context: ChannelHandlerContext) {
        guard let dialect = machine?.dialect, let version = machine?.version else { return }
        output.dialect = dialect
        do {
            try output.write(response, version: version)
        } catch {
            logger.error("a response cannot be encoded", metadata: ["error": "\(error)"])
            let reason = "The answer cannot be sent: \(error)"
            machine?.receiveNonsense(reason)
            act(context)
        }
    }

    /// Sends what is left, then closes; the clock closes where the client does not take it.
    private func close(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        clock.closing()
        let channel = context.channel
        loadCarrier()
        context.writeAndFlush(wrapOutboundOut(carrier)).whenComplete { _ in
            channel.close(promise: nil)
        }
    }

    /// Sends what there is when the round ends.
    private func flushLater(_ context: ChannelHandlerContext) {
        if !output.bytes.isEmpty { round.flushLater(self, context) }
    }

    /// Sends what there is.
    func flush(_ context: ChannelHandlerContext) {
        guard !output.bytes.isEmpty else { return }
        let sent = smallWrites.send(output.bytes)
        if sent == output.bytes.count {
            clearOutput()
        } else {
            output.bytes.removeFirst(sent)
            queue(context)
            context.flush()
        }
    }

    /// Gives the output to the channel, to be sent when that is flushed.
    private func queue(_ context: ChannelHandlerContext) {
        loadCarrier()
        smallWrites.queue()
        let sent = context.write(wrapOutboundOut(carrier))
        sent.assumeIsolated().whenComplete { [self] _ in smallWrites.leftQueue() }
    }

    /// Moves the output to the carrier.
    private func loadCarrier() {
        if carrier.capacity > Self.keptBytes { carrier = ByteBuffer() }
        carrier.clear()
        carrier.writeBytes(output.bytes)
        clearOutput()
    }

    /// Small memory is used again, large memory is not kept.
    private func clearOutput() {
        output.bytes.removeAll(keepingCapacity: output.bytes.capacity <= Self.keptBytes)
    }

    // MARK: Jobs

    private func start(_ job: Job, _ context: ChannelHandlerContext) {
        guard let dialect = machine?.dialect else { return }
        isWorking = true
        let eventLoop = context.eventLoop
        let loopBound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
        worker.start(job, dialect: dialect) { outcome, readAhead in
            let end: @Sendable () -> Void = {
                let (handler, context) = loopBound.value
                handler.jobEnded(outcome, readAhead, context)
            }
            // What needs no other thread has ended within the call.
            if eventLoop.inEventLoop { end() } else { eventLoop.execute(end) }
        }
    }

    private func jobEnded(
        _ outcome: JobOutcome, _ readAhead: Turn?, _ context: ChannelHandlerContext
    ) {
        workEnded()
        self.readAhead = readAhead
        machine?.finish(outcome)
        act(context)
        flushLater(context)
    }

    private func readTurn(_ context: ChannelHandlerContext) {
        guard let portion, let dialect = machine?.dialect else { return }
        isWorking = true
        let eventLoop = context.eventLoop
        let loopBound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
        worker.read(portion, dialect: dialect) { turn in
            eventLoop.execute {
                let (handler, context) = loopBound.value
                handler.workEnded()
                handler.take(turn, context)
                handler.flushLater(context)
            }
        }
    }

    /// Sends a turn's records, and goes on to the next or ends the PULL.
    private func take(_ turn: Turn, _ context: ChannelHandlerContext) {
        do {
            if !isClosing { try append(turn.records, context) }
        } catch {
            machine?.finish(.failed(DatabaseError(reporting: error)))
            return act(context)
        }
        defer { act(context) }
        switch turn.end {
        case .failed(let error): machine?.finish(.failed(error))
        case .last(let end): machine?.finish(.finished(end))
        case .more:
            portion?.size = turn.size
            if let limit = portion?.limit { portion?.limit = limit - turn.rows }
            if let limit = portion?.limit, limit <= 0 {
                machine?.finish(.streamed)
            } else if !isClosing {
                flush(context)
                if context.channel.isWritable {
                    readTurn(context)
                } else {
                    isParked = true
                }
            }
        }
    }

    private func append(_ records: Turn.Records, _ context: ChannelHandlerContext) throws {
        switch records {
        case .row(let row): try output.write(record: row)
        case .encoded(let records) where records.count > Self.keptBytes:
            if !output.bytes.isEmpty { queue(context) }
            output.bytes = records
        case .encoded(let records): output.bytes.append(contentsOf: records)
        }
    }

    private func workEnded() {
        isWorking = false
        clock.worked()
        if isGone { worker.close(completion: onEnd) }
    }
}
