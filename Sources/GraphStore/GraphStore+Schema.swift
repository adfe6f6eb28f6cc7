import Synchronization
internal import Values

/// Schema changes have transactions of their own, built in bounded steps between other writes;
/// each call returns when the index or constraint is online.
extension GraphStore {
    /// Returns whether it was created. Errors: `schemaExists`, `unsupported`, `limitExceeded`; for
    /// the index of a constraint, `constraintViolation`.
    public func createIndex(_ definition: IndexDefinition, ifNotExists: Bool) throws(StoreError)
        -> Bool
    {
        try Self.check(definition)
        var definition = definition
        definition.state = .online
        if definition.name.isEmpty { definition.name = Self.name(of: definition) }
        let complete = definition
        let id = try changeSchema { (transaction) throws(StoreError) -> UInt32? in
            if let existing = Self.existing(complete, transaction.schema) {
                if ifNotExists { return nil }
                throw .schemaExists(existing)
            }
            let id = try transaction.add(complete).id
            try IndexBuild.begin(complete.name, transaction)
            return id
        }
        guard let id else { return false }
        try build(id)
        return true
    }

    /// Returns whether there was one. Errors: `schemaMissing`; `unsupported` for an index that
    /// belongs to a constraint.
    public func dropIndex(name: String, ifExists: Bool) throws(StoreError) -> Bool {
        let found = try changeSchema { (transaction) throws(StoreError) -> Bool in
            guard let index = transaction.schema.index(named: name) else {
                if ifExists { return false }
                throw .schemaMissing("there is no index '\(name)'")
            }
            if let owner = index.definition.owningConstraint {
                throw .unsupported(
                    "the index '\(name)' belongs to the constraint '\(owner)': drop that")
            }
            try transaction.drop(index)
            return true
        }
        if found { try resumeBuilds() }
        return found
    }

    /// Returns whether it was created. Errors: `schemaExists`, `limitExceeded`, and
    /// `constraintViolation` that names what the data holds against it.
    public func createConstraint(_ definition: ConstraintDefinition, ifNotExists: Bool)
        throws(StoreError) -> Bool
    {
        try Self.check(definition)
        var definition = definition
        if definition.name.isEmpty { definition.name = Self.name(of: definition) }
        let complete = definition
        let created = try changeSchema { (transaction) throws(StoreError) -> Bool in
            if let existing = Self.existing(complete, transaction.schema) {
                if ifNotExists, existing.isConstraint { return false }
                throw .schemaExists(existing.text)
            }
            try transaction.add(complete)
            try IndexBuild.begin(complete.name, transaction)
            return true
        }
        guard created else { return false }
        let view = try beginRead()
        defer { view.close() }
        if let index = try view.schema().index(named: complete.name) { try build(index.id) }
        return true
    }

    /// Returns whether there was one. Errors: `schemaMissing`.
    public func dropConstraint(name: String, ifExists: Bool) throws(StoreError) -> Bool {
        let found = try changeSchema { (transaction) throws(StoreError) -> Bool in
            guard let constraint = transaction.schema.constraint(named: name) else {
                if ifExists { return false }
                throw .schemaMissing("there is no constraint '\(name)'")
            }
            try transaction.drop(constraint)
            return true
        }
        if found { try resumeBuilds() }
        return found
    }

    // MARK: Steps

    func resumeBuilds() throws(StoreError) {
        let view = try beginRead()
        defer { view.close() }
        let schema = try view.schema()
        if schema.dropped.isEmpty, schema.indexes.allSatisfy(\.isOnline) { return }
        try writer().continueBuilds()
    }

    private func changeSchema<R: Sendable>(
        _ change: @escaping @Sendable (WriteTransaction) throws(StoreError) -> R
    ) throws(StoreError) -> R {
        try onWriterThread { (core) throws(StoreError) -> R in
            let transaction = try WriteTransaction(core)
            do throws(StoreError) {
                let result = try change(transaction)
                _ = try transaction.commit()
                return result
            } catch {
                transaction.abortIfOpen()
                throw error
            }
        }
    }

    /// Does the rest of a build that ``IndexBuild/begin(_:_:)`` has begun.
    private func build(_ id: UInt32) throws(StoreError) {
        let core = try core()
        defer { _ = core.awaitedBuilds.withLock { $0.remove(id) } }
        while true {
            let progress = try onWriterThread { (core) throws(StoreError) in
                try IndexBuild.step(core, index: id)
            }
            switch progress {
            case .more: continue
            case .finished: return
            case .gone: throw .schemaMissing("the index was dropped while it was built")
            case .failed(let error):
                try resumeBuilds()
                throw error
            }
        }
    }

    // MARK: Definitions

    private static func check(_ definition: IndexDefinition) throws(StoreError) {
        let count = definition.properties.count
        switch definition.kind {
        case .fulltext:
            try check(properties: definition.properties, atMost: FullTextSettings.maximumProperties)
            guard !definition.labelsOrTypes.isEmpty else {
                throw .unsupported("a full-text index has at least one label or type")
            }
            guard
                Set(definition.labelsOrTypes.map(ByteKey.init)).count
                    == definition.labelsOrTypes.count
            else { throw .unsupported("a label or type is named twice") }
            _ = try IndexSettings(definition)
            return
        case .lookup:
            guard count == 0, definition.labelsOrTypes.isEmpty else {
                throw .unsupported("a lookup index has neither label nor properties")
            }
            return
        case .text, .point, .vector:
            guard count == 1 else {
                throw .unsupported("a \(definition.kind.rawValue) index has one property")
            }
            _ = try IndexSettings(definition)
        case .range: try check(properties: definition.properties)
        }
        guard definition.labelsOrTypes.count == 1 else {
            throw .unsupported("a \(definition.kind.rawValue) index has one label or type")
        }
    }

    private static func check(_ definition: ConstraintDefinition) throws(StoreError) {
        try check(properties: definition.properties)
        switch definition.kind {
        case .unique, .key: return
        case .exists: break
        case .type(let text): _ = try PropertyType(text)
        }
        guard definition.properties.count == 1 else {
            throw .unsupported("a constraint of existence or type has one property")
        }
    }

    private static func check(
        properties: [String], atMost limit: Int = IndexKey.maximumProperties
    ) throws(StoreError) {
        guard (1...limit).contains(properties.count) else {
            throw .limitExceeded(
                "\(properties.count) properties; one to \(limit) are allowed")
        }
        guard Set(properties.map(ByteKey.init)).count == properties.count else {
            throw .unsupported("a property is named twice")
        }
    }

    private static func existing(_ definition: IndexDefinition, _ schema: Schema) -> String? {
        if schema.index(named: definition.name) != nil
            || schema.constraint(named: definition.name) != nil
        {
            return "the name '\(definition.name)' is taken"
        }
        let twin = schema.indexes.map(\.definition).first {
            $0.kind == definition.kind && $0.entity == definition.entity
                && $0.labelsOrTypes.areSame(definition.labelsOrTypes)
                && $0.properties.areSame(definition.properties)
        }
        return twin.map { "the index '\($0.name)' does the same" }
    }

    private static func existing(_ definition: ConstraintDefinition, _ schema: Schema)
        -> (text: String, isConstraint: Bool)?
    {
        if schema.constraint(named: definition.name) != nil {
            return ("the constraint '\(definition.name)' exists", true)
        }
        if schema.index(named: definition.name) != nil {
            return ("there is an index '\(definition.name)'", false)
        }
        let twin = schema.constraints.map(\.definition).first {
            $0.kind == definition.kind && $0.entity == definition.entity
                && [$0.labelOrType].areSame([definition.labelOrType])
                && $0.properties.areSame(definition.properties)
        }
        if let twin { return ("the constraint '\(twin.name)' says the same", true) }
        guard definition.kind == .unique || definition.kind == .key else { return nil }
        let index = schema.indexes.map(\.definition).first {
            $0.kind == .range && $0.entity == definition.entity
                && $0.labelsOrTypes.areSame([definition.labelOrType])
                && $0.properties.areSame(definition.properties)
        }
        return index.map { ("the index '\($0.name)' is in the way: drop it first", false) }
    }

    private static func name(of definition: IndexDefinition) -> String {
        let parts = ["\(definition.kind)", "\(definition.entity)"] + definition.labelsOrTypes
        return "index_" + fingerprint(parts + [""] + definition.properties)
    }

    private static func name(of definition: ConstraintDefinition) -> String {
        let parts = ["\(definition.kind)", "\(definition.entity)", definition.labelOrType]
        return "constraint_" + fingerprint(parts + [""] + definition.properties)
    }

    /// Eight hexadecimal digits that depend on nothing but the words (FNV-1a).
    private static func fingerprint(_ words: [String]) -> String {
        var hash: UInt32 = 0x811c_9dc5
        for byte in words.joined(separator: "\u{0}").utf8 {
            hash = (hash ^ UInt32(byte)) &* 0x0100_0193
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}

extension [String] {
    /// Equality by bytes.
    fileprivate func areSame(_ other: [String]) -> Bool {
        count == other.count
            && zip(self, other).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
}
