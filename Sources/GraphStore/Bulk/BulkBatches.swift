public import Values

/// Records, encoded, one behind the other.
struct EncodedRecords {
    private(set) var bytes: [UInt8] = []
    /// Record i ends before `ends[i]`, where the next begins.
    private(set) var ends: ContiguousArray<Int> = []

    var count: Int { ends.count }

    /// Adds a record that begins with `header`. Where its properties cannot be stored it is as if
    /// nothing had been added.
    @inline(__always)
    mutating func append(
        header: some Collection<UInt8>, _ properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) {
        let begin = bytes.count
        bytes.append(contentsOf: header)
        do throws(StoreError) {
            if !properties.isEmpty { try PropertyBlob.encode(properties, to: &bytes) }
        } catch {
            bytes.removeLast(bytes.count - begin)
            throw error
        }
        ends.append(bytes.count)
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}

/// Nodes on their way into a bulk load, encoded already: that is done on any thread, one at a
/// time, while the builder's own appends what came before.
public final class NodeBatch {
    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private(set) var records = EncodedRecords()
    @exclusivity(unchecked) private(set) var labelSets: ContiguousArray<UInt32> = []

    public init() {}

    public var count: Int { records.count }
    public var byteCount: Int { records.bytes.count }

    /// Null properties are left out; of a key that repeats the last value wins. Errors: as
    /// `GraphWriter.createNode`; the batch is then as before.
    public func append(_ labels: LabelSet, _ properties: [(key: KeyID, value: Value)])
        throws(StoreError)
    {
        try records.append(header: labels.recordHeader, properties)
        labelSets.append(labels.number)
    }

    public func removeAll() {
        records.removeAll()
        labelSets.removeAll(keepingCapacity: true)
    }
}

/// Relationships on their way into a bulk load, encoded already.
public final class RelationshipBatch {
    @exclusivity(unchecked) private(set) var records = EncodedRecords()
    @exclusivity(unchecked) private(set) var types: ContiguousArray<TypeID> = []
    @exclusivity(unchecked) private(set) var starts: ContiguousArray<NodeID> = []
    @exclusivity(unchecked) private(set) var ends: ContiguousArray<NodeID> = []

    public init() {}

    public var count: Int { records.count }
    public var byteCount: Int { records.bytes.count }

    /// Errors: as `GraphWriter.createRelationship`; the batch is then as before.
    public func append(
        type: TypeID, start: NodeID, end: NodeID, _ properties: [(key: KeyID, value: Value)]
    ) throws(StoreError) {
        let record = RelationshipRecord(type: type, start: start, end: end)
        try withUnsafeTemporaryAllocation(
            byteCount: StoredRelationship.headerBytes, alignment: 8
        ) { (header) throws(StoreError) in
            StoredRelationship.write(record, to: header)
            try records.append(header: UnsafeRawBufferPointer(header), properties)
        }
        types.append(type)
        starts.append(start)
        ends.append(end)
    }

    public func removeAll() {
        records.removeAll()
        types.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }
}
