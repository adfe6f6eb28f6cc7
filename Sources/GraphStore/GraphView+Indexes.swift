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

    /// An estimate from the index itself, cheap enough for the planner: exact up to a few hundred
    /// entries; above, a range of numbers by where its ends lie between the index's least and
    /// greatest, and other conditions as a share of the index.
    public func estimate(_ index: IndexDefinition, _ condition: IndexCondition) -> Double {
        do throws(StoreError) {
            let found = try online(index, .range, .point)
            let range = IndexRange(found.id, properties: found.keys.count, condition)
            if range.isEmpty { return 0 }
            let (counted, isAll) = try countEntries(range, atMost: Estimate.counted)
            if isAll { return Double(counted) }
            let total = Double(count(.index(found.id)))
            let share = try interpolate(found, condition) ?? Estimate.share(of: condition)
            return min(total, max(Double(2 * counted), total * share))
        } catch { return 0 }
    }

    private enum Estimate {
        /// Entries that are counted one by one.
        static let counted = 256

        static func share(of condition: IndexCondition) -> Double {
            switch condition.tail {
            case .none: 0.1
            case .prefix: 0.05
            case .range(let lower, let upper): lower == nil || upper == nil ? 0.3 : 0.1
            }
        }
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

    /// The share of a range over an index's first property, where it holds numbers.
    private func interpolate(_ index: Schema.Index, _ condition: IndexCondition)
        throws(StoreError) -> Double?
    {
        guard condition.equal.isEmpty, case .range(let lower, let upper) = condition.tail,
            let least = try numberAt(end: false, of: index),
            let greatest = try numberAt(end: true, of: index), greatest > least
        else { return nil }
        let from = (lower?.value).flatMap(Self.number) ?? least
        let to = (upper?.value).flatMap(Self.number) ?? greatest
        return max(0, min(to, greatest) - max(from, least)) / (greatest - least)
    }

    private static func number(_ value: Value) -> Double? {
        switch value {
        case .integer(let value): Double(value)
        case .float(let value): value.isNaN ? nil : value
        default: nil
        }
    }

    private func numberAt(end: Bool, of index: Schema.Index) throws(StoreError) -> Double? {
        let prefix = IndexKey.prefix(index.id) + [IndexKey.Kind.number.rawValue]
        guard let above = IndexKey.successor(prefix) else { return nil }
        let cursor = try transaction.openCursor(core.databases.indexes)
        if end {
            let isBehind = above.lend { cursor.seek($0) } ? cursor.previous() : cursor.last()
            guard isBehind else { return nil }
        } else {
            guard prefix.lend({ cursor.seek($0) }) else { return nil }
        }
        let key = cursor.key
        guard key.count >= prefix.count + 8, key.starts(with: prefix) else { return nil }
        let bits = key.big(UInt64.self, at: prefix.count)
        return Double(bitPattern: bits >> 63 == 1 ? bits & ~(1 << 63) : ~bits)
    }
}
