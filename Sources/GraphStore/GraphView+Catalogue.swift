internal import LMDB
internal import Values

extension GraphView {
    public func label(_ name: String) -> LabelID? { catalogue.id(.label, name) }
    public func type(_ name: String) -> TypeID? { catalogue.id(.type, name) }
    public func key(_ name: String) -> KeyID? { catalogue.id(.key, name) }
    public func name(label: LabelID) -> String { name(.label, label) }
    public func name(type: TypeID) -> String { name(.type, type) }
    public func name(key: KeyID) -> String { name(.key, key) }

    private func name(_ kind: Catalogue.Kind, _ id: UInt32) -> String {
        if let name = catalogue.name(kind, id) { return name }
        noteDamage("\(kind) \(id) has no name")
        return "?\(id)"
    }

    /// All of them, with numbers 0 ..< count, whether in use or not.
    public var labelNames: [String] { catalogue.names(.label) }
    public var typeNames: [String] { catalogue.names(.type) }
    public var keyNames: [String] { catalogue.names(.key) }
    /// How many names of all kinds there are: it only grows.
    public var nameCount: Int { catalogue.count }

    public var nodeCount: Int { Int(currentHeader.nodeCount) }
    /// All nodes' ids are below; deleted nodes leave holes.
    public var nodeIDBound: NodeID { currentHeader.nextNode }
    public var relationshipCount: Int { Int(currentHeader.relationshipCount) }
    public func nodeCount(label: LabelID) -> Int { count(.label(label)) }
    public func relationshipCount(type: TypeID) -> Int { count(.type(type)) }
    /// Relationships of a type that stand at nodes with the label: at their starts for
    /// `outgoing`, at their ends for `incoming`.
    public func relationshipCount(label: LabelID, type: TypeID, direction: Direction) -> Int {
        count(.relationships(label, type, direction))
    }

    func count(_ key: CountKey) -> Int {
        let stored = { [self] in key.stored(transaction, core.databases.counts) }
        return Int(pending?.count(key, stored: stored) ?? stored())
    }
}
