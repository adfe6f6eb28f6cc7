import Foundation

/// Connections that work side by side, each with one request at a time, all on one thread: so the
/// generator takes little of the machine that it shares with the server, and waits for the
/// scheduler in one place only.
final class Load {
    private let clients: [Client]
    private let begin: ContinuousClock.Instant
    private let end: ContinuousClock.Instant
    /// Between one connection's requests; nil: each as soon as the last is answered.
    private let interval: Duration?
    private var measured = Measurement()

    /// One connection's work.
    private final class Client {
        let connection: BoltConnection
        let next: () -> Request
        /// The running request's steps that are still to be sent.
        var steps: ArraySlice<Step> = []
        var check: ((BoltConnection.Answer) -> String?)?
        /// When the next request is due, or when the running one was.
        var due: ContinuousClock.Instant
        /// When the last answer came.
        var free: ContinuousClock.Instant
        var isBusy = false

        init(
            _ connection: BoltConnection, _ next: @escaping () -> Request,
            due: ContinuousClock.Instant
        ) {
            self.connection = connection
            self.next = next
            self.due = due
            free = due
        }

        func isDue(at now: ContinuousClock.Instant, before end: ContinuousClock.Instant) -> Bool {
            !isBusy && due <= now && now < end
        }
    }

    /// Connects. With a rate, in requests a second of all together, each connection has its own times
    /// to send at. A request that is late is measured from when it was due: waiting for a slow server
    /// is part of its slowness.
    init(
        _ target: BoltConnection.Target, connections: Int, seconds: Double, rate: Double?,
        _ makeRequests: (Int) -> () -> Request
    ) throws {
        let open = try (0..<connections).map { _ in try BoltConnection(target) }
        let interval = rate.map { Duration.seconds(Double(connections) / $0) }
        let begin = ContinuousClock.now
        self.interval = interval
        self.begin = begin
        end = begin + .seconds(seconds)
        clients = open.enumerated().map { index, connection in
            Client(
                connection, makeRequests(index),
                due: begin + (interval ?? .zero) * index / connections)
        }
    }

    /// Lets each connection send its requests. Failures are counted and the first is printed; the
    /// time of what failed does not count.
    func run() throws -> Measurement {
        let readiness = try Readiness(clients.map(\.connection.socket))
        while true {
            let now = ContinuousClock.now
            for client in clients where client.isDue(at: now, before: end) { start(client) }
            let waiting = now < end ? clients.filter { !$0.isBusy && $0.due < end } : []
            guard !waiting.isEmpty || clients.contains(where: \.isBusy) else { break }
            for index in try readiness.wait(until: waiting.map(\.due).min()) {
                advance(clients[index])
            }
        }
        measured.finish(seconds: (ContinuousClock.now - begin) / .seconds(1))
        return measured
    }

    /// Sends a request's first statement.
    private func start(_ client: Client) {
        let now = ContinuousClock.now
        if interval != nil {
            measured.ownDelays.add(now - max(client.due, client.free))
        } else {
            client.due = now
        }
        let request = client.next()
        client.steps = request.steps[...]
        client.check = request.check
        client.isBusy = true
        attempt(client) { try client.connection.send(client.steps.removeFirst()) }
    }

    /// Takes what has come, and sends what follows: also a next request that is due already, so that
    /// the server has it while others' answers are read.
    private func advance(_ client: Client) {
        attempt(client) {
            guard client.isBusy, let answer = try client.connection.receive() else { return }
            if let next = client.steps.popFirst() { return try client.connection.send(next) }
            let now = ContinuousClock.now
            client.isBusy = false
            client.free = now
            if let complaint = client.check?(answer) {
                measured.fail(complaint)
            } else {
                measured.latencies.add(now - client.due)
                measured.answered.append(Float((now - begin) / .seconds(1)))
            }
            client.due = interval.map { client.due + $0 } ?? now
            if client.isDue(at: now, before: end) { start(client) }
        }
    }

    /// A connection that breaks, or whose statement fails, sends no more.
    private func attempt(_ client: Client, _ work: () throws -> Void) {
        do { try work() } catch {
            measured.fail("\(error)")
            client.isBusy = false
            client.due = end
        }
    }
}
