public import Values

/// Nodes on their way into a bulk load, encoded already: that is done on any thread, one at a
/// time, while the builder's own appends what came before.
public final class NodeBatch {
    /// The records. Properties of the one that was begun go here.
    public let records = RecordEncoder()
    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private(set) var labelSets: ContiguousArray<UInt32> = []

    public init() {}

    public var count: Int { records.count }
    public var byteCount: Int { records.byteCount }

    /// Begins a node, to whose record at most so many properties will be added, the null ones and
    /// those that are not there included.
    public func begin(_ labels: LabelSet, maximumProperties: Int) {
        let header = labels.recordHeader
        records.begin(headerBytes: header.count, maximumProperties: maximumProperties) {
            $0.copyBytes(from: header)
        }
        labelSets.append(labels.number)
    }

    /// Ends it and returns how many properties it has. Errors: `limitExceeded`; the batch is then as
    /// before the node.
    @discardableResult
    public func end() throws(StoreError) -> Int {
        do throws(StoreError) { return try records.end() } catch {
            labelSets.removeLast()
            throw error
        }
    }

    /// Null properties are left out; of a key that repeats the last value wins. Errors: as
    /// `GraphWriter.createNode`; the batch is then as before.
    public func append(_ labels: LabelSet, _ properties: [(key: KeyID, value: Value)])
        throws(StoreError)
    {
        begin(labels, maximumProperties: properties.count)
        do throws(StoreError) {
            try records.append(properties)
        } catch {
            records.discard()
            labelSets.removeLast()
            throw error
        }
        try end()
    }

    public func removeAll() {
        records.removeAll()
        labelSets.removeAll(keepingCapacity: true)
    }
}

/// Relationships on their way into a bulk load, encoded already.
public final class RelationshipBatch {
    /// The records. Properties of the one that was begun go here.
    public let records = RecordEncoder()
    /// The least and the greatest of each.
    @exclusivity(unchecked) private(set) var types = Bounds()
    @exclusivity(unchecked) private(set) var starts = Bounds()
    @exclusivity(unchecked) private(set) var ends = Bounds()
    @exclusivity(unchecked) private var begun = RelationshipRecord(type: 0, start: 0, end: 0)

    struct Bounds {
        private(set) var least = UInt64.max
        private(set) var greatest: UInt64 = 0

        @inline(__always)
        mutating func include(_ id: UInt64) {
            least = min(least, id)
            greatest = max(greatest, id)
        }
    }

    public init() {}

    public var count: Int { records.count }
    public var byteCount: Int { records.byteCount }

    /// Begins a relationship, to whose record at most so many properties will be added, the null
    /// ones and those that are not there included.
    public func begin(type: TypeID, start: NodeID, end: NodeID, maximumProperties: Int) {
        let record = RelationshipRecord(type: type, start: start, end: end)
        begun = record
        records.begin(
            headerBytes: StoredRelationship.headerBytes, maximumProperties: maximumProperties
        ) { StoredRelationship.write(record, to: $0) }
    }

    /// Ends it and returns how many properties it has. Errors: `limitExceeded`; the batch is then as
    /// before the relationship.
    @discardableResult
    public func end() throws(StoreError) -> Int {
        let properties = try records.end()
        types.include(UInt64(begun.type))
        starts.include(begun.start)
        ends.include(begun.end)
        return properties
    }

    /// Errors: as `GraphWriter.createRelationship`; the batch is then as before.
    public func append(
        type: TypeID, start: NodeID, end: NodeID, _ properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) {
        begin(type: type, start: start, end: end, maximumProperties: properties.count)
        do throws(StoreError) {
            try records.append(properties)
        } catch {
            records.discard()
            throw error
        }
        try self.end()
    }

    /// Visits the relationships in the order in which they came.
    @inline(__always)
    func forEach<E: Error>(_ body: (TypeID, NodeID, NodeID) throws(E) -> Void) throws(E) {
        let bytes = records.bytes
        var begin = 0
        for end in records.ends {
            // The encoder has written at least a header.
            guard let stored = StoredRelationship(bytes.part(begin..<end)) else { continue }
            try body(stored.type, stored.start, stored.end)
            begin = end
        }
    }

    public func removeAll() {
        records.removeAll()
        types = Bounds()
        starts = Bounds()
        ends = Bounds()
    }
}
