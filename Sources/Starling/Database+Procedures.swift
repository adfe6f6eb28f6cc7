import Foundation
internal import QueryEngine
internal import Recommend
internal import Values

extension Database {
    /// All that `CALL` can call.
    static func registry(
        path: String, options: Options, transactions: RunningTransactions, plans: PlanCache
    ) -> ProcedureRegistry {
        let late = options.testProcedures ? LateProcedures() : nil
        var registry = ProcedureRegistry(
            BuiltInProcedures.all(
                functions: functionDescriptions,
                server: serverInformation(path, options, transactions)),
            late: late)
        let models = TrainedModels()
        let families = [
            RecommendProcedures.all, ModelProcedures.all(models), EvaluateProcedures.all(models),
            GraphProcedures.all(), NetworkProcedures.all(),
        ]
        for family in families {
            for procedure in family { registry.register(procedure) }
        }
        for function in GraphFunctions.all { registry.register(function) }
        if let late { registry.register(TableProcedureRegistration(late: late, plans: plans)) }
        return registry
    }

    private static var functionDescriptions: [FunctionDescription] {
        let engine = FunctionDescription.engineFunctions
        let names = Set(engine.map(\.name))
        return engine
            + GraphFunctions.all.map(\.description)
            + ScalarFunctions.all.filter { !names.contains($0.name) }.map {
                FunctionDescription(
                    name: $0.name, category: $0.category, description: $0.description,
                    signature: $0.signature, isAggregating: false)
            }
    }

    private static func serverInformation(
        _ path: String, _ options: Options, _ transactions: RunningTransactions
    ) -> ServerInformation {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/starling.lock")
        let created = attributes?[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
        let file = attributes?[.systemFileNumber] as? Int ?? 0
        return ServerInformation(
            compatibleVersion: compatibleVersion, version: version, databaseName: name,
            databaseID: String(format: "%016lX%08lX", file, Int(created.timeIntervalSince1970)),
            creationDate: created.formatted(.iso8601), address: "localhost:7687",
            isReadOnly: options.readOnly, settings: settings(options),
            transactions: { transactions.all.map(ServerInformation.Transaction.init) },
            terminate: { id in
                guard let number = UInt64(id.replacing(transactionPrefix, with: "")),
                    transactions.terminate(number)
                else { return nil }
                return "Transaction terminated."
            })
    }

    /// Under Neo4j's names, where it has such a setting.
    private static func settings(_ options: Options) -> [ServerInformation.Setting] {
        let standard = Options()
        func setting(
            _ name: String, _ value: (Options) -> String, _ description: String
        ) -> ServerInformation.Setting {
            ServerInformation.Setting(
                name: name, value: value(options), defaultValue: value(standard),
                description: description)
        }
        return [
            setting(
                "db.memory.transaction.max", { "\($0.memoryBytes)" },
                "Bytes that one statement may hold."),
            setting(
                "db.transaction.timeout", { "\($0.timeoutMilliseconds ?? 0)ms" },
                "How long a statement may run that brings no limit of its own; 0 is for ever."),
            setting(
                "server.databases.read_only", { "\($0.readOnly)" },
                "Whether writes are refused."),
            setting(
                "server.directories.import", { $0.importDirectory ?? "" },
                "The only directory that LOAD CSV reads; without one it reads none."),
            setting(
                "starling.memory.adjacency", { "\($0.adjacencyMemoryBytes)" },
                "Bytes in which neighbour lists, properties and labels are kept."),
        ]
    }

    static let transactionPrefix = "neo4j-transaction-"
    /// The version of Starling.
    public static let version = "1.0.0"
    /// Drivers and tools that know Neo4j may expect of this server what they do of that version.
    public static let compatibleVersion = "5.26.0"
    /// The name of the one database, as drivers ask for it.
    public static let name = "neo4j"
}

extension ServerInformation.Transaction {
    init(_ running: (id: UInt64, entry: RunningTransactions.Entry)) {
        self.init(
            id: Database.transactionPrefix + "\(running.id)", query: running.entry.text,
            username: "", startTime: running.entry.start.formatted(.iso8601),
            elapsedMilliseconds: Int64(-running.entry.start.timeIntervalSinceNow * 1000),
            status: "Running")
    }
}
