import NIOCore
import Starling
import Testing
import Values

@testable import Bolt

/// Bytes from anyone must end in a value or an error, never in a trap.
@Suite struct FuzzTests {
    @Test func randomBytesAreDecodedOrRefused() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...60, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? unpacked(bytes)
            _ = try? Request(bytes[...], version: BoltVersion(5, 4))
        }
    }

    @Test func damagedValuesAreDecodedOrRefused() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            var bytes = try packed(randomValue(&random))
            damage(&bytes, &random)
            _ = try? unpacked(bytes)
        }
    }

    @Test func randomStreamsAreAssembledOrRefused() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<2_000 {
            var assembler = MessageAssembler(limit: 4_000)
            for _ in 0..<10 {
                let bytes = (0..<Int.random(in: 0...50, using: &random)).map { _ in
                    UInt8.random(in: 0...8, using: &random)
                }
                assembler.append(bytes)
                do { while try assembler.next() != nil {} } catch { break }
            }
        }
    }

    @Test func randomHandshakesEnd() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<5_000 {
            var handshake = Handshake()
            var bytes = ByteBuffer(integer: Handshake.magic)
            if Bool.random(using: &random) { bytes.writeInteger(Handshake.manifest) }
            for _ in 0..<30 { bytes.writeInteger(UInt8.random(in: 0...255, using: &random)) }
            for _ in 0..<3 { _ = handshake.advance(&bytes) }
        }
    }

    /// Any order of requests and outcomes: every request is answered once, one job runs at a time,
    /// and nothing happens after the end.
    @Test func anyOrderOfEventsKeepsTheRules() {
        var random = SeededGenerator(seed: 6)
        for round in 0..<1_000 {
            var script = Script(round % 2 == 0 ? BoltVersion(5, 8) : BoltVersion(4, 4))
            var asked = 0
            var answered = 0
            var isOver = false
            var job: Job?
            func take(_ actions: [ConnectionAction]) {
                for action in actions {
                    if isOver { Issue.record("\(action) after the end") }
                    switch action {
                    case .send: answered += 1
                    case .perform(let next):
                        if job != nil { Issue.record("two jobs at a time") }
                        job = next
                    case .close: isOver = true
                    case .cancel: if job == nil { Issue.record("nothing to cancel") }
                    case .setReading: break
                    }
                }
                if !isOver, script.machine.isIdle, answered != asked {
                    Issue.record("\(asked) requests, \(answered) answers")
                }
            }
            for _ in 0..<40 where !isOver {
                if let running = job, Bool.random(using: &random) {
                    job = nil
                    script.machine.finish(outcome(of: running, &random))
                    take(script.actions())
                } else if Int.random(in: 0..<30, using: &random) == 0 {
                    script.machine.idleLimitReached()
                    take(script.actions())
                } else {
                    asked += 1
                    script.machine.receive(request(script.machine.state, &random))
                    take(script.actions())
                }
            }
            if answered > asked { Issue.record("more answers than requests") }
        }
    }

    private func request(_ state: ConnectionState, _ random: inout SeededGenerator) -> Request {
        // Mostly what belongs, so that the walks get somewhere.
        let fitting: [Request] =
            switch state {
            case .ready: [.run("a"), .begin(), .unread([0]), .route(.init()), .telemetry]
            case .streaming: [.pull(), .pull(3), .discard(), .discard(2)]
            case .txReady: [.run("a"), .unread([0]), .commit, .rollback]
            case .txStreaming: [.run("b"), .pull(), .pull(2, of: 0), .discard(of: 1), .commit]
            default: [.reset, .pull(), .run("a"), .reset]
            }
        let anything: [Request] = [
            .hello(.init()), .logon(.none), .run("c"), .pull(of: 7), .commit, .goodbye, .reset,
        ]
        let pool = Int.random(in: 0..<25, using: &random) == 0 ? anything : fitting + [.reset]
        return pool[Int.random(in: 0..<pool.count, using: &random)]
    }

    private func outcome(of job: Job, _ random: inout SeededGenerator) -> JobOutcome {
        if Int.random(in: 0..<5, using: &random) == 0 {
            return .failed(.init(code: "Neo.Oops", message: "Oops."))
        }
        switch job {
        case .read: return .read(Bool.random(using: &random) ? .run("b") : .begin())
        case .run: return .opened(columns: ["x"], availableMilliseconds: 0)
        case .commit: return .committed(bookmark: "b")
        case .pull(_, let count, _) where count != nil && Bool.random(using: &random):
            return .streamed
        case .pull:
            return .finished(
                ResultEnd(
                    summary: Summary(access: .read), hadRecords: true, consumedMilliseconds: 0))
        default: return .done
        }
    }
}

/// Changes, drops, doubles or inserts a few bytes.
func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes.removeLast(Int.random(in: 0...bytes.count - 1, using: &random))
        }
    }
}
