import Synchronization

/// Procedures, and functions of the same library, by name; names are compared without case.
public struct ProcedureRegistry: Sendable {
    private var byName: [String: any Procedure] = [:]
    private var functions: [String: LibraryFunction] = [:]
    private let late: LateProcedures?

    /// `late` is asked for the names that are not registered here.
    public init(_ procedures: [any Procedure] = [], late: LateProcedures? = nil) {
        self.late = late
        for procedure in procedures { register(procedure) }
    }

    public mutating func register(_ procedure: any Procedure) {
        byName[Self.key(procedure.signature.name)] = procedure
    }

    public mutating func register(_ function: LibraryFunction) {
        functions[Self.key(function.name)] = function
    }

    public func function(named name: String) -> LibraryFunction? { functions[Self.key(name)] }

    var functionNames: [String] { functions.values.map(\.name) }

    public subscript(name: String) -> (any Procedure)? {
        let key = Self.key(name)
        return byName[key] ?? late?[key]
    }

    /// In name order.
    public var all: [any Procedure] {
        let everything = byName.merging(late?.all ?? [:]) { own, _ in own }
        return everything.keys.sorted().compactMap { everything[$0] }
    }

    static func key(_ name: String) -> String { name.lowercased() }
}

/// Procedures that come and go while the database is open: all holders see the same ones.
/// Whoever changes them drops the plans that were made with the earlier ones.
public final class LateProcedures: Sendable {
    private let byName = Mutex<[String: any Procedure]>([:])

    public init() {}

    /// Replaces a procedure of the same name.
    public func register(_ procedure: any Procedure) {
        byName.withLock { $0[ProcedureRegistry.key(procedure.signature.name)] = procedure }
    }

    public func removeAll() { byName.withLock { $0.removeAll() } }

    subscript(key: String) -> (any Procedure)? { byName.withLock { $0[key] } }

    var all: [String: any Procedure] { byName.withLock { $0 } }
}
