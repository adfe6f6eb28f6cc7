import ArgumentParser
import Foundation

/// Sends requests over Bolt and tells how many were answered and how fast.
@main
struct LoadGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-generator",
        abstract: "Measure a Bolt server under load: one line for each scenario.")

    enum Scenario: String, ExpressibleByArgument, CaseIterable {
        case pointReads = "point-reads"
        case readTransactions = "read-transactions"
        case creates
        case createsAndMerges = "creates-and-merges"
        case recommendations
        case freshness
    }

    @Argument(help: "\(Scenario.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scenario: Scenario

    @Option(help: "Address of the server.") var host = "127.0.0.1"
    @Option(help: "Port of the server.") var port: UInt16 = 7687
    @Option(help: "User, where the server asks for one.") var user: String?
    @Option(help: "The user's password.") var password = ""
    @Option(help: "Name of the database, where the server has several.") var database: String?
    @Option(help: "Connections, each sending one request at a time.") var connections = 32
    @Option(help: "How long to send.") var seconds = 10.0
    @Option(help: "Requests a second of all connections together; as many as they can else.")
    var rate: Double?
    @Option(help: "Users in the graph.") var users: Int
    @Option(help: "Items in the graph.") var items: Int
    @Option(help: "The line's title.") var title: String?
    @Flag(help: "Print the table's header first.") var header = false
    @Option(help: "A file that one line of figures is added to, between tabs.") var figures: String?

    func run() throws {
        let target = BoltConnection.Target(
            host: host, port: port, user: user, password: password, database: database)
        let scenarios = Scenarios(users: users, items: items)
        let requests =
            switch scenario {
            case .pointReads: scenarios.pointRead
            case .readTransactions: scenarios.readInTransaction
            case .creates: scenarios.create
            case .createsAndMerges: scenarios.createAndMerge
            case .recommendations: scenarios.recommend
            case .freshness: scenarios.writeAndReadBack
            }
        let load = try Load(
            target, connections: connections, seconds: seconds, rate: rate, requests)
        let measurement = try load.run()
        if header { print(Measurement.header) }
        let name = title ?? "\(scenario.rawValue), \(connections) connections"
        print(measurement.line(name))
        if let figures { try measurement.append(name, to: figures) }
        if measurement.failures > 0 { throw ExitCode.failure }
    }
}
