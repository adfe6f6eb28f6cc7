internal import LMDB

/// The store's own sub-databases, opened once. Adjacency opens its own beside them.
struct Databases: Sendable {
    let meta: NamedDatabase
    let tokens: NamedDatabase
    let nodes: NamedDatabase
    let relationships: NamedDatabase
    let labels: NamedDatabase
    let counts: NamedDatabase
    let indexes: NamedDatabase
    let schema: NamedDatabase
    let models: NamedDatabase

    /// Creates what is missing where the transaction may write.
    init(_ transaction: Transaction) throws(StoreError) {
        let plain: DatabaseOptions = transaction.isWritable ? [.create] : []
        let byID = plain.union(.integerKeys)
        do throws(LMDBError) {
            meta = try transaction.openDatabase("meta", plain)
            tokens = try transaction.openDatabase("tokens", plain)
            nodes = try transaction.openDatabase("nodes", byID)
            relationships = try transaction.openDatabase("relationships", byID)
            labels = try transaction.openDatabase("labels", plain)
            counts = try transaction.openDatabase("counts", plain)
            indexes = try transaction.openDatabase("indexes", plain)
            schema = try transaction.openDatabase("schema", plain)
            models = try transaction.openDatabase("models", plain)
        } catch { throw .storage(error) }
    }

    func database(of kind: EntityKind) -> NamedDatabase {
        switch kind {
        case .node: nodes
        case .relationship: relationships
        }
    }
}

/// Runs LMDB's calls where the store's errors are thrown.
@inline(__always)
func lmdb<R>(_ body: () throws(LMDBError) -> R) throws(StoreError) -> R {
    do throws(LMDBError) { return try body() } catch { throw .storage(error) }
}
