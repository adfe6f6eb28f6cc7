import Starling
import Values

@testable import Bolt

/// A state machine under test: events in, actions out as short lines.
///
///     SUCCESS {…}   FAILURE code   IGNORED   do job   cancel   close   reading on|off
struct Script {
    var machine: BoltConnectionStateMachine

    /// - Parameter isReady: past HELLO and LOGON.
    init(_ version: BoltVersion = BoltVersion(5, 4), isReady: Bool = true) {
        machine = BoltConnectionStateMachine(
            version: version,
            settings: .init(
                agent: "Neo4j/5.26.0", databaseName: "starling", connectionID: "bolt-1",
                address: "127.0.0.1:7687"))
        guard isReady else { return }
        var hello = Request.Hello()
        if !version.hasLogon { hello.credentials = BoltCredentials.none }
        machine.receive(.hello(hello))
        if version.hasLogon { machine.receive(.logon(.none)) }
        machine.finish(.done)
        _ = actions()
    }

    /// What the machine asks for after what has happened.
    mutating func actions() -> [ConnectionAction] {
        var actions: [ConnectionAction] = []
        while let action = machine.nextAction() { actions.append(action) }
        return actions
    }

    mutating func after(_ event: (inout BoltConnectionStateMachine) -> Void) -> [String] {
        event(&machine)
        return actions().map(line)
    }

    mutating func send(_ requests: Request...) -> [String] {
        requests.flatMap { request in after { $0.receive(request) } }
    }

    mutating func finish(_ outcome: JobOutcome) -> [String] {
        after { $0.finish(outcome) }
    }

    mutating func end() -> [String] {
        finish(
            .finished(
                ResultEnd(
                    summary: Summary(access: .read, bookmark: "b:1"), hadRecords: true,
                    consumedMilliseconds: 2)))
    }

    mutating func opened() -> [String] {
        finish(.opened(columns: ["x"], availableMilliseconds: 1))
    }

    mutating func failed() -> [String] {
        finish(.failed(DatabaseError(code: "Neo.Oops", message: "Oops.")))
    }

    func line(_ action: ConnectionAction) -> String {
        switch action {
        case .send(.success(let metadata)): "SUCCESS \(text(.map(metadata)))"
        case .send(.opened), .send(.ended): "SUCCESS \(sent(action))"
        case .send(.failure(let error)): "FAILURE \(error.code)"
        case .send(.ignored): "IGNORED"
        case .perform(let job): "do \(name(job))"
        case .cancel: "cancel"
        case .close: "close"
        case .setReading(let isOn): "reading \(isOn ? "on" : "off")"
        }
    }

    /// A response's metadata, as a client reads it.
    private func sent(_ action: ConnectionAction) -> String {
        guard case .send(let response) = action else { return "" }
        return (try? text(.map(metadata(of: response, machine.version)))) ?? "unreadable"
    }

    private func name(_ job: Job) -> String {
        switch job {
        case .read(let message, _): "read \(message.count) bytes"
        case .authenticate: "authenticate"
        case .endSession: "endSession"
        case .run(let request, let result, let readAhead):
            "run \(request.statement) #\(result)\(readAhead == nil ? "" : " ahead")"
        case .begin: "begin"
        case .commit: "commit"
        case .rollback: "rollback"
        case .pull(let result, let count, let keep):
            "\(keep ? "pull" : "discard") #\(result) \(count.map(String.init) ?? "all")"
        case .reset: "reset"
        }
    }
}

/// A value as tests write it.
func text(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .string(let value): value
    case .list(let values): "[\(values.map(text).joined(separator: ", "))]"
    case .map(let map):
        "{\(map.map { "\($0.0): \(text($0.1))" }.joined(separator: ", "))}"
    default: "\(value)"
    }
}

extension Request {
    static func run(_ statement: String, database: String? = nil) -> Request {
        .run(RunRequest(statement, [:], RunOptions(database: database)))
    }

    static func begin(database: String? = nil) -> Request {
        .begin(RunOptions(database: database), NotificationFilter())
    }

    static func pull(_ count: Int? = nil, of result: Int64? = nil) -> Request {
        .pull(Portion(count: count, result: result))
    }

    static func discard(_ count: Int? = nil, of result: Int64? = nil) -> Request {
        .discard(Portion(count: count, result: result))
    }
}
