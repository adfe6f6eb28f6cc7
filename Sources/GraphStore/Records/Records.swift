/// A node's record, read in place.
///
/// ```
/// label count u16 │ label u32 … ascending │ properties
/// ```
struct NodeRecord {
    let bytes: UnsafeRawBufferPointer
    let labelCount: Int

    /// Labels on one node.
    static let maximumLabels = 4096

    /// Nil where the record is too short.
    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        labelCount = Int(bytes.little(UInt16.self, at: 0))
        guard bytes.count >= 2 + 4 * labelCount else { return nil }
        self.bytes = bytes
    }

    @inline(__always)
    func label(at index: Int) -> LabelID { bytes.little(UInt32.self, at: 2 + 4 * index) }

    @inline(__always)
    func hasLabel(_ label: LabelID) -> Bool {
        for index in 0..<labelCount where self.label(at: index) == label { return true }
        return false
    }

    var labels: [LabelID] { (0..<labelCount).map { label(at: $0) } }

    @inline(__always)
    var properties: PropertyBlob { PropertyBlob(bytes.part(2 + 4 * labelCount..<bytes.count)) }

    /// Appends a record's begin; the properties follow. The labels ascend, without repetition.
    static func append(labels: [LabelID], to output: inout [UInt8]) throws(StoreError) {
        guard labels.count <= maximumLabels else {
            throw .limitExceeded("\(labels.count) labels on one node; \(maximumLabels) are allowed")
        }
        output.append(littleEndian: UInt16(labels.count))
        for label in labels { output.append(littleEndian: label) }
    }
}

/// A relationship's record, read in place.
///
/// ```
/// type u32 │ start u64 │ end u64 │ properties
/// ```
struct StoredRelationship {
    let bytes: UnsafeRawBufferPointer

    static let headerBytes = 20

    @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.headerBytes else { return nil }
        self.bytes = bytes
    }

    var type: TypeID { bytes.little(UInt32.self, at: 0) }
    var start: NodeID { bytes.little(UInt64.self, at: 4) }
    var end: NodeID { bytes.little(UInt64.self, at: 12) }
    var record: RelationshipRecord { RelationshipRecord(type: type, start: start, end: end) }

    @inline(__always)
    var properties: PropertyBlob {
        PropertyBlob(bytes.part(Self.headerBytes..<bytes.count))
    }

    static func append(_ record: RelationshipRecord, to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: headerBytes, alignment: 8) { header in
            write(record, to: header)
            output.append(contentsOf: header)
        }
    }

    /// Writes a record's begin into `headerBytes` bytes.
    @inline(__always)
    static func write(_ record: RelationshipRecord, to header: UnsafeMutableRawBufferPointer) {
        header.storeBytes(of: record.type.littleEndian, toByteOffset: 0, as: UInt32.self)
        header.storeBytes(of: record.start.littleEndian, toByteOffset: 4, as: UInt64.self)
        header.storeBytes(of: record.end.littleEndian, toByteOffset: 12, as: UInt64.self)
    }
}

/// The key of the label index: a label's nodes lie side by side, ascending.
///
/// ```
/// labels:  label u32 · node u64  (big-endian)  →  nothing
/// ```
enum LabelKey {
    static let byteCount = 12

    static func encode(_ label: LabelID, _ node: NodeID) -> [UInt8] {
        var key: [UInt8] = []
        key.reserveCapacity(byteCount)
        key.append(bigEndian: label)
        key.append(bigEndian: node)
        return key
    }
}
