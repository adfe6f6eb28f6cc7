internal import QueryEngine

extension Database {
    /// All that `CALL` can call.
    static func registry(options: Options, transactions: RunningTransactions) -> ProcedureRegistry {
        var registry = ProcedureRegistry(BuiltInProcedures.all())
        for procedure in RecommendProcedures.all { registry.register(procedure) }
        return registry
    }
}
