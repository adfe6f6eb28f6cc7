import Foundation
import Synchronization

/// One connection's work: called again and again until time is up.
typealias Request = (BoltConnection) throws -> Void

/// Connections that work side by side, each on a thread of its own and one request at a time.
struct Workers {
    let host: String
    let port: UInt16
    let connections: Int
    let seconds: Double
    /// Requests a second of all together; nil as many as they can.
    var rate: Double?

    /// Makes each connection's request and lets them run. Failed requests are counted and printed
    /// once; their time does not count.
    func run(_ makeRequest: @Sendable @escaping (Int) -> Request) throws -> Measurement {
        let results = Mutex<(latencies: Latencies, failures: Int)>((Latencies(), 0))
        let connected = DispatchGroup()
        let finished = DispatchGroup()
        let start = Mutex<ContinuousClock.Instant?>(nil)
        let open = DispatchSemaphore(value: 0)
        for index in 0..<connections {
            connected.enter()
            finished.enter()
            let thread = Thread { [self] in
                defer { finished.leave() }
                let connection: BoltConnection
                do { connection = try BoltConnection(host: host, port: port) } catch {
                    FileHandle.standardError.write(Data("\(error)\n".utf8))
                    results.withLock { $0.failures += 1 }
                    connected.leave()
                    return
                }
                connected.leave()
                open.wait()
                guard let begin = start.withLock({ $0 }) else { return }
                let result = work(connection, makeRequest(index), from: begin, index)
                results.withLock {
                    $0.latencies.add(result.latencies)
                    $0.failures += result.failures
                }
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        connected.wait()
        let begin = ContinuousClock.now
        start.withLock { $0 = begin }
        for _ in 0..<connections { open.signal() }
        finished.wait()
        let elapsed = (ContinuousClock.now - begin).components
        return results.withLock { result in
            result.latencies.sort()
            return Measurement(
                latencies: result.latencies,
                seconds: Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18,
                failures: result.failures)
        }
    }

    private func work(
        _ connection: BoltConnection, _ request: Request, from begin: ContinuousClock.Instant,
        _ index: Int
    ) -> (latencies: Latencies, failures: Int) {
        let clock = ContinuousClock()
        let end = begin + .seconds(seconds)
        // With a rate each connection has its own times to send at. A request that is late is
        // measured from when it was due: waiting for a slow server is part of its slowness.
        let interval = rate.map { Duration.seconds(Double(connections) / $0) }
        var due = begin + (interval ?? .zero) * index / max(1, connections)
        var latencies = Latencies()
        var failures = 0
        while clock.now < end {
            if let interval {
                let wait = due - clock.now
                if wait > .zero { Thread.sleep(forTimeInterval: wait / .seconds(1)) }
                due += interval
            }
            let sent = interval.map { due - $0 } ?? clock.now
            do {
                try request(connection)
                latencies.add(clock.now - sent)
            } catch {
                failures += 1
                if failures == 1 { FileHandle.standardError.write(Data("\(error)\n".utf8)) }
                if failures == 100 { break }
            }
        }
        return (latencies, failures)
    }
}
