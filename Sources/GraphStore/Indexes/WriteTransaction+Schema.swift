internal import LMDB
internal import Values

/// Changes to the schema, each in a transaction without changes to data.
extension WriteTransaction {
    private var databases: Databases { core.databases }

    /// Replaces the schema of this transaction, one version up.
    private func replaceSchema(
        indexes: [Schema.Index]? = nil, constraints: [Schema.Constraint]? = nil,
        dropped: [UInt32]? = nil
    ) {
        pending.state.header.schemaVersion += 1
        pending.state.schema = Schema(
            version: pending.state.header.schemaVersion, indexes: indexes ?? schema.indexes,
            constraints: constraints ?? schema.constraints, dropped: dropped ?? schema.dropped)
        work += 1
    }

    private func takeSchemaID() -> UInt32 {
        defer { pending.state.header.nextSchemaID += 1 }
        return pending.state.header.nextSchemaID
    }

    private func tokens(
        _ entity: EntityKind, _ labelsOrTypes: [String], _ properties: [String]
    ) throws(StoreError) -> (tokens: [UInt32], keys: [KeyID]) {
        let writer = GraphWriter(self)
        var keys: [KeyID] = []
        for property in properties { keys.append(try writer.key(property)) }
        var tokens: [UInt32] = []
        for name in labelsOrTypes {
            switch entity {
            case .node: tokens.append(try writer.label(name))
            case .relationship: tokens.append(try writer.type(name))
            }
        }
        return (tokens, keys)
    }

    /// Adds an index: online at once where nothing has its label or type, else to be built.
    @discardableResult
    func add(_ definition: IndexDefinition) throws(StoreError) -> Schema.Index {
        let (tokens, keys) = try tokens(
            definition.entity, definition.labelsOrTypes, definition.properties)
        let population = tokens.reduce(0) { sum, token in
            switch definition.entity {
            case .node: sum + view.nodeCount(label: token)
            case .relationship: sum + view.relationshipCount(type: token)
            }
        }
        let index = Schema.Index(
            id: takeSchemaID(), definition: definition, tokens: tokens, keys: keys,
            settings: try IndexSettings(definition), watermark: population == 0 ? nil : 0)
        try save(index)
        replaceSchema(indexes: schema.indexes + [index])
        return index
    }

    private func save(_ index: Schema.Index) throws(StoreError) {
        try current.write(
            databases.schema, Schema.key(index: index.id), try Schema.encode(index))
    }

    /// Moves a build's watermark; nil is its end.
    func update(_ index: Schema.Index, watermark: UInt64?) throws(StoreError) {
        var definition = index.definition
        definition.state = watermark == nil ? .online : .populating(0)
        let changed = Schema.Index(
            id: index.id, definition: definition, tokens: index.tokens, keys: index.keys,
            settings: index.settings, watermark: watermark)
        try save(changed)
        replaceSchema(indexes: schema.indexes.map { $0.id == index.id ? changed : $0 })
    }

    /// The definition goes at once; the entries follow in steps.
    func drop(_ index: Schema.Index) throws(StoreError) {
        try current.remove(databases.schema, Schema.key(index: index.id))
        try current.write(databases.schema, Schema.key(dropped: index.id), [])
        for field in index.keys.indices {
            for key in [CountKey.documents(index.id, field), .words(index.id, field)] {
                pending.state.count(key, by: -Int64(view.count(key)))
            }
        }
        replaceSchema(
            indexes: schema.indexes.filter { $0.id != index.id },
            dropped: schema.dropped + [index.id])
    }

    /// Deletes up to `limit` entries of a dropped index.
    func removeEntries(ofDropped id: UInt32, limit: Int) throws(StoreError) {
        let prefix = IndexKey.prefix(id)
        let cursor = try current.openCursor(databases.indexes)
        var found = prefix.lend { cursor.seek($0) }
        for _ in 0..<limit {
            guard found, cursor.key.starts(with: prefix) else {
                try current.remove(databases.schema, Schema.key(dropped: id))
                pending.state.count(.index(id), by: -Int64(view.count(.index(id))))
                replaceSchema(dropped: schema.dropped.filter { $0 != id })
                return
            }
            try lmdb { () throws(LMDBError) in try cursor.deleteCurrent() }
            work += 1
            found = prefix.lend { cursor.seek($0) }
        }
    }

    /// Adds a constraint after verifying what is there, with the index that backs it where it has
    /// one. Cost: one look at every entity with the label or type, in this transaction, for the
    /// constraints of existence, key and type.
    func add(_ definition: ConstraintDefinition) throws(StoreError) {
        let (tokens, keys) = try tokens(
            definition.entity, [definition.labelOrType], definition.properties)
        var type: PropertyType?
        if case .type(let text) = definition.kind { type = try PropertyType(text) }
        let constraint = Schema.Constraint(
            id: takeSchemaID(), definition: definition, token: tokens[0], keys: keys,
            propertyType: type)
        if definition.kind != .unique { try verify(constraint) }
        try current.write(
            databases.schema, Schema.key(constraint: constraint.id), Schema.encode(constraint))
        replaceSchema(constraints: schema.constraints + [constraint])
        guard definition.kind == .unique || definition.kind == .key else { return }
        try add(
            IndexDefinition(
                name: definition.name, kind: .range, entity: definition.entity,
                labelsOrTypes: [definition.labelOrType], properties: definition.properties,
                owningConstraint: definition.name, isUnique: true))
    }

    func drop(_ constraint: Schema.Constraint) throws(StoreError) {
        try current.remove(databases.schema, Schema.key(constraint: constraint.id))
        replaceSchema(constraints: schema.constraints.filter { $0.id != constraint.id })
        let name = constraint.definition.name
        for index in schema.indexes
        where index.definition.owningConstraint.map({ $0.utf8.elementsEqual(name.utf8) }) ?? false {
            try drop(index)
        }
    }

    private func verify(_ constraint: Schema.Constraint) throws(StoreError) {
        let isNode = constraint.definition.entity == .node
        let scan = isNode ? view.nodes(label: constraint.token) : view.relationships()
        var ids: ContiguousArray<UInt64> = []
        while try scan.next(WriterLimits.verifyBatch, into: &ids) > 0 {
            for id in ids {
                if isNode, let record = view.nodeRecord(id) {
                    try view.check(constraint, .node, id, record.properties)
                } else if !isNode, let stored = view.storedRelationship(id),
                    stored.type == constraint.token
                {
                    try view.check(constraint, .relationship, id, stored.properties)
                }
            }
            ids.removeAll(keepingCapacity: true)
        }
    }
}
