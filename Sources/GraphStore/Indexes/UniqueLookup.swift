internal import LMDB
public import Values

/// Looks entities up by all properties of an index that backs a uniqueness constraint, for one row
/// after another: with one buffer for keys and, in a snapshot, one cursor.
///
/// Cost: one descent of the index for each lookup, and a record where the key does not say the
/// values exactly (long strings are cut in it, instants come without their zone).
public final class UniqueLookup {
    private let view: GraphView
    private let kind: EntityKind
    private let keys: [KeyID]
    private let budget: Int
    /// The index's own prefix, and behind it what the current row looks for.
    // No access overlaps another; the run-time checks of that would only cost.
    @exclusivity(unchecked) private var key: [UInt8]
    @exclusivity(unchecked) private var cursor: Cursor?

    /// Nil where no online unique index over `count` properties has the name.
    ///
    /// Errors: `unusable` where the schema is damaged.
    public init?(_ view: GraphView, index name: String, properties count: Int)
        throws(StoreError)
    {
        guard let index = try view.schema().index(named: name), index.isOnline,
            index.definition.isUnique, index.definition.kind == .range, index.keys.count == count
        else { return nil }
        self.view = view
        kind = index.definition.entity
        keys = index.keys
        budget = index.budget
        key = IndexKey.prefix(index.id)
    }

    /// Appends the entities whose properties equal the values, which are asked for by their place
    /// among the index's properties. A null, a NaN or a map equals nothing. It is one at most in a
    /// snapshot; the writer may be between two changes that only together leave values unique.
    ///
    /// Errors: `unusable` where no cursor can be opened.
    public func find(into ids: inout ContiguousArray<UInt64>, _ value: (Int) -> Value)
        throws(StoreError)
    {
        try find(value) { id in
            ids.append(id)
            return view.isWritable
        }
    }

    /// What looking for one entity came to.
    public enum Search {
        case found(UInt64)
        case none
        /// More entries begin like the values than were to be looked at.
        case tooMany
    }

    /// The entity whose properties equal the values, in a snapshot, where at most `limit` entries
    /// have to be looked at. One is enough where the key says the values exactly.
    ///
    /// Errors: `unusable` where no cursor can be opened.
    public func first(within limit: Int, _ value: (Int) -> Value) throws(StoreError) -> Search {
        var search = Search.none
        let isWhole = try find(within: limit, value) { id in
            search = .found(id)
            return false
        }
        return isWhole ? search : .tooMany
    }

    /// Hands over one after the other, for as long as more are wanted. Whether `limit` entries were
    /// enough.
    @inline(__always) @discardableResult
    private func find(
        within limit: Int = .max, _ value: (Int) -> Value, _ wantsMore: (UInt64) -> Bool
    ) throws(StoreError) -> Bool {
        var left = limit
        key.removeLast(key.count - IndexKey.prefixBytes)
        var isExact = true
        for place in keys.indices {
            let value = value(place)
            guard value.isIndexable else { return true }
            let begin = key.count
            let component = IndexKey.append(value, budget: budget, to: &key)
            if component.contains(.neverEqual) { return true }
            if let bytes = IndexKey.instantBytes(value) {
                key.removeSubrange((begin + bytes)...)
                isExact = false
            } else if component.contains(.cut) {
                isExact = false
            }
            // What follows is not where it would be in a whole key.
            if !isExact { break }
        }
        let cursor = try current()
        var found = key.lend { cursor.seek($0) }
        while found, let id = entity(at: cursor.key) {
            left -= 1
            if left < 0 { return false }
            let isMatch =
                isExact
                || keys.indices.allSatisfy { Value.equals(property($0, id), value($0)) == true }
            if isMatch, !wantsMore(id) { return true }
            found = cursor.next()
        }
        return true
    }

    /// The entity of an entry that begins with the key; nil for what lies behind.
    private func entity(at stored: UnsafeRawBufferPointer) -> UInt64? {
        let bytes = stored.count - IndexKey.entityBytes
        guard bytes >= key.count, key.lend({ Bytes.compare(stored.part(0..<$0.count), $0) == 0 })
        else { return nil }
        return stored.big(UInt64.self, at: bytes)
    }

    private func property(_ place: Int, _ id: UInt64) -> Value {
        switch kind {
        case .node: view.property(keys[place], ofNode: id)
        case .relationship: view.property(keys[place], ofRelationship: id)
        }
    }

    /// The writer's entries move between two lookups.
    private func current() throws(StoreError) -> Cursor {
        if let cursor, !view.isWritable { return cursor }
        let fresh = try view.transaction.openCursor(view.core.databases.indexes)
        cursor = fresh
        return fresh
    }
}
