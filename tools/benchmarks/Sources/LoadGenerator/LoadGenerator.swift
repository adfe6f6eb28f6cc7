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
        case creates
        case createsAndMerges = "creates-and-merges"
        case recommendations
        case freshness
    }

    @Argument(help: "\(Scenario.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scenario: Scenario

    @Option(help: "Address of the server.") var host = "127.0.0.1"
    @Option(help: "Port of the server.") var port: UInt16 = 7687
    @Option(help: "Connections, each sending one request at a time.") var connections = 32
    @Option(help: "How long to send.") var seconds = 10.0
    @Option(help: "Requests a second of all connections together; as many as they can else.")
    var rate: Double?
    @Option(help: "Users in the graph.") var users: Int
    @Option(help: "Items in the graph.") var items: Int
    @Option(help: "The line's title.") var title: String?
    @Flag(help: "Print the table's header first.") var header = false

    func run() throws {
        let workers = Workers(
            host: host, port: port, connections: connections, seconds: seconds, rate: rate)
        let scenarios = Scenarios(users: users, items: items)
        let scenario = scenario
        let measurement = try workers.run { connection in
            switch scenario {
            case .pointReads: scenarios.pointRead(connection)
            case .creates: scenarios.create(connection)
            case .createsAndMerges: scenarios.createAndMerge(connection)
            case .recommendations: scenarios.recommend(connection)
            case .freshness: scenarios.writeAndReadBack(connection)
            }
        }
        if header { print(Measurement.header) }
        print(measurement.line(title ?? "\(scenario.rawValue), \(connections) connections"))
        if measurement.failures > 0 { throw ExitCode.failure }
    }
}
