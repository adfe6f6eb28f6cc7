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
        labels.recordHeader.lend {
            records.begin(header: $0, maximumProperties: maximumProperties)
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
    @exclusivity(unchecked) private(set) var types: ContiguousArray<TypeID> = []
    @exclusivity(unchecked) private(set) var starts: ContiguousArray<NodeID> = []
    @exclusivity(unchecked) private(set) var ends: ContiguousArray<NodeID> = []

    public init() {}

    public var count: Int { records.count }
    public var byteCount: Int { records.byteCount }

    /// Begins a relationship, to whose record at most so many properties will be added, the null
    /// ones and those that are not there included.
    public func begin(type: TypeID, start: NodeID, end: NodeID, maximumProperties: Int) {
        let record = RelationshipRecord(type: type, start: start, end: end)
        withUnsafeTemporaryAllocation(
            byteCount: StoredRelationship.headerBytes, alignment: 8
        ) { header in
            StoredRelationship.write(record, to: header)
            records.begin(
                header: UnsafeRawBufferPointer(header), maximumProperties: maximumProperties)
        }
        types.append(type)
        starts.append(start)
        ends.append(end)
    }

    /// Ends it and returns how many properties it has. Errors: `limitExceeded`; the batch is then as
    /// before the relationship.
    @discardableResult
    public func end() throws(StoreError) -> Int {
        do throws(StoreError) { return try records.end() } catch {
            removeLastEnds()
            throw error
        }
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
            removeLastEnds()
            throw error
        }
        try self.end()
    }

    private func removeLastEnds() {
        types.removeLast()
        starts.removeLast()
        ends.removeLast()
    }

    public func removeAll() {
        records.removeAll()
        types.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}
