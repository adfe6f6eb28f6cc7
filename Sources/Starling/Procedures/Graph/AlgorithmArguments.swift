internal import GraphAlgorithms
internal import QueryEngine

/// Arguments of a procedure that runs an algorithm.
protocol AlgorithmArguments {
    /// Its name, with which its errors begin.
    var procedure: String { get }
}

extension AlgorithmArguments {
    /// What an algorithm cannot do becomes an error of its caller.
    func translating<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as AlgorithmError {
            throw QueryError(.argument, "\(procedure): \(error.description)")
        }
    }
}
