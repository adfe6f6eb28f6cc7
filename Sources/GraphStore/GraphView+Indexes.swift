internal import LMDB
public import Values

public struct IndexMatches {
    public let ids: any IDScan
    public let exact: Bool
    public init(ids: any IDScan, exact: Bool) {
        self.ids = ids
        self.exact = exact
    }
}

/// A condition on an index's properties, in their order: equality on the first ones, then at most
/// one open condition.
public struct IndexCondition: Sendable {
    public struct Bound: Sendable {
        public var value: Value
        public var inclusive: Bool
        public init(_ value: Value, inclusive: Bool) {
            self.value = value
            self.inclusive = inclusive
        }
    }
    public enum Tail: Sendable {
        case none
        /// Values of the bounds' type only; at least one bound.
        case range(lower: Bound?, upper: Bound?)
        case prefix(String)
    }
    public var equal: [Value]
    public var tail: Tail
    public init(equal: [Value], tail: Tail = .none) {
        self.equal = equal
        self.tail = tail
    }
}

extension GraphView {
    /// All indexes and constraints, those still being built included. Empty, and noted in
    /// ``damage``, where the schema cannot be read.
    public var indexes: [IndexDefinition] { readableSchema.indexes.map(definition) }

    /// The index of a name, which may still be being built.
    public func index(named name: String) -> IndexDefinition? {
        readableSchema.index(named: name).map(definition)
    }

    private func definition(_ index: Schema.Index) -> IndexDefinition {
        var definition = index.definition
        if let watermark = index.watermark {
            let header = currentHeader
            let all =
                index.definition.entity == .node ? header.nextNode : header.nextRelationship
            definition.state = .populating(Double(watermark) / Double(max(all, 1)))
        }
        return definition
    }

    /// The range, text and point indexes over nodes with the label, or relationships of the type,
    /// that are built whole. Cost: looking up two names.
    public func seekableIndexes(_ entity: EntityKind, _ labelOrType: String) -> [IndexDefinition] {
        guard let token = entity == .node ? label(labelOrType) : type(labelOrType) else {
            return []
        }
        return readableSchema.seekable(entity, token)
    }

    public var constraints: [ConstraintDefinition] { readableSchema.constraints.map(\.definition) }

    private var readableSchema: Schema {
        do throws(StoreError) { return try schema() } catch {
            noteDamage("the schema is damaged")
            return Schema.empty
        }
    }

    /// The ids that an online range index holds for a condition, in index order. Ids may come
    /// that do not meet it exactly where `IndexMatches.exact` is false (cut keys): test again.
    ///
    /// Errors: `schemaMissing` where the view has no such index, or it is not online yet.
    public func seek(_ index: IndexDefinition, _ condition: IndexCondition) throws(StoreError)
        -> IndexMatches
    {
        let found = try online(index, .range, .point)
        let range = IndexRange(found.id, properties: found.keys.count, condition)
        return IndexMatches(ids: IndexScan(self, range), exact: range.exact)
    }

    /// The index of one of these kinds, where it is online.
    func online(_ index: IndexDefinition, _ kinds: IndexDefinition.Kind...) throws(StoreError)
        -> Schema.Index
    {
        guard let found = try schema().index(named: index.name), found.isOnline,
            kinds.contains(found.definition.kind)
        else { throw .schemaMissing("no such index '\(index.name)' is online") }
        return found
    }

    /// An estimate cheap enough for the planner: exact up to a few hundred entries; above, by the
    /// distribution of each property's values, as if one told nothing of the next.
    public func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double {
        do throws(StoreError) {
            let found = try online(index, .range, .point)
            let range = IndexRange(found.id, properties: found.keys.count, condition)
            if range.isEmpty { return 0 }
            let (counted, isAll) = try countEntries(range, atMost: Estimate.counted)
            if isAll { return Double(counted) }
            let total = Double(count(.index(found.id)))
            return min(total, max(Double(2 * counted), total * share(found, condition)))
        } catch { return 0 }
    }

    private enum Estimate {
        /// Entries that are counted one by one.
        static let counted = 256
        /// Where nothing is known of a property's values.
        static let equality = 0.1
        static let prefix = 0.05
        static let range = 0.3
    }

    /// The share of an index's entities that meet a condition. All of them have the properties.
    private func share(_ index: Schema.Index, _ condition: IndexCondition) -> Double {
        var share = 1.0
        for (key, value) in zip(index.keys, condition.equal) {
            share *= part(index, key, Estimate.equality) { $0.share(equalTo: value) }
        }
        guard condition.equal.count < index.keys.count else { return share }
        let key = index.keys[condition.equal.count]
        switch condition.tail {
        case .none: return share
        case .prefix(let prefix):
            return share * part(index, key, Estimate.prefix) { $0.share(startingWith: prefix) }
        case .range(let lower, let upper):
            return share * part(index, key, Estimate.range) { $0.share(from: lower, to: upper) }
        }
    }

    /// The share of the entities that have the property.
    private func part(
        _ index: Schema.Index, _ key: KeyID, _ guess: Double,
        _ share: (PropertyStatistics) -> Double?
    ) -> Double {
        let subject = PropertySubject(
            entity: index.definition.entity, labelOrType: index.tokens[0], key: key)
        let count =
            subject.entity == .node
            ? nodeCount(label: subject.labelOrType) : relationshipCount(type: subject.labelOrType)
        guard let statistics = statistics(subject, of: count), let share = share(statistics) else {
            return guess
        }
        return min(1, share / max(share, statistics.presentShare))
    }

    private func countEntries(_ range: IndexRange, atMost limit: Int) throws(StoreError)
        -> (Int, Bool)
    {
        let cursor = try transaction.openCursor(core.databases.indexes)
        var count = 0
        var found = range.lower.lend { cursor.seek($0) }
        while found, range.isAbove(cursor.key) {
            count += 1
            if count == limit { return (count, false) }
            found = cursor.next()
        }
        return (count, true)
    }
}
