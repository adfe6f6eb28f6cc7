import Foundation
public import Values

/// Records, encoded one behind the other in one growing block of memory, their properties added one
/// by one as plain numbers and bytes, without a ``Value`` in between.
///
/// ```
/// begin   header │ count │ room for a table of as many properties as there may be │
/// append                                                                          payload …
/// end     header │ count │ table │ payloads         moved up where there were fewer
/// ```
///
/// The format of the properties is that of `PropertyBlob`. One thread at a time.
public final class RecordEncoder {
    // Checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) private var memory: UnsafeMutableRawPointer
    @exclusivity(unchecked) private var capacity: Int
    /// Bytes of all records, that which was begun included.
    @exclusivity(unchecked) private var used = 0
    @exclusivity(unchecked) private var endMemory: UnsafeMutablePointer<Int>
    @exclusivity(unchecked) private var endCapacity: Int
    /// Records that have been ended.
    @exclusivity(unchecked) private(set) var count = 0

    // Of the record that was begun:
    @exclusivity(unchecked) private var recordBegin = 0
    /// Where its properties begin.
    @exclusivity(unchecked) private var blobBegin = 0
    @exclusivity(unchecked) private var payloadsBegin = 0
    @exclusivity(unchecked) private var propertyCount = 0
    @exclusivity(unchecked) private var lastKey: KeyID = 0
    /// Of values that are encoded in the general way.
    @exclusivity(unchecked) private var scratch: [UInt8] = []

    private static let leastCapacity = 4 << 10
    private static let leastRecords = 64

    init() {
        capacity = Self.leastCapacity
        memory = .allocate(byteCount: capacity, alignment: 16)
        endCapacity = Self.leastRecords
        endMemory = .allocate(capacity: endCapacity)
    }

    deinit {
        memory.deallocate()
        endMemory.deallocate()
    }

    /// Record i ends before `ends[i]`, where the next begins. Valid until the next change.
    var ends: UnsafeBufferPointer<Int> { UnsafeBufferPointer(start: endMemory, count: count) }

    var byteCount: Int { used }

    /// All ended records' bytes, valid until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: used) }

    func removeAll() {
        used = 0
        count = 0
    }

    // MARK: Records

    /// Begins a record with a header of so many bytes, which `write` fills.
    @inline(__always)
    func begin(
        headerBytes: Int, maximumProperties: Int,
        _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let table =
            maximumProperties == 0
            ? 0 : PropertyBlob.headerBytes + maximumProperties * PropertyBlob.entryBytes
        reserve(headerBytes + table)
        write(UnsafeMutableRawBufferPointer(start: memory + used, count: headerBytes))
        recordBegin = used
        blobBegin = used + headerBytes
        payloadsBegin = blobBegin + table
        used = payloadsBegin
        propertyCount = 0
    }

    /// Returns how many properties the record has. Errors: `limitExceeded`; the record is then gone.
    func end() throws(StoreError) -> Int {
        if propertyCount == 0 {
            used = blobBegin
        } else {
            let table = PropertyBlob.headerBytes + propertyCount * PropertyBlob.entryBytes
            let surplus = payloadsBegin - blobBegin - table
            if surplus > 0 { movePayloads(up: surplus) }
            do throws(StoreError) { try checkLimits() } catch {
                discard()
                throw error
            }
            memory.storeBytes(
                of: UInt16(propertyCount).littleEndian, toByteOffset: blobBegin, as: UInt16.self)
        }
        if count == endCapacity { growEnds() }
        endMemory[count] = used
        count &+= 1
        return propertyCount
    }

    private func growEnds() {
        let larger = UnsafeMutablePointer<Int>.allocate(capacity: 2 * endCapacity)
        larger.update(from: endMemory, count: count)
        endMemory.deallocate()
        endMemory = larger
        endCapacity *= 2
    }

    /// Takes back the record that was begun.
    func discard() { used = recordBegin }

    private func checkLimits() throws(StoreError) {
        guard propertyCount <= PropertyBlob.maximumCount else {
            throw PropertyBlob.tooMany(propertyCount)
        }
        guard used - blobBegin <= PropertyBlob.maximumBytes else { throw PropertyBlob.tooLarge }
    }

    private func movePayloads(up surplus: Int) {
        let payloads = memory + payloadsBegin
        (payloads - surplus).copyMemory(from: payloads, byteCount: used - payloadsBegin)
        for index in 0..<propertyCount {
            let place = placeOffset(index)
            let old = memory.load(fromUnaligned: place)
            memory.store(old &- UInt32(surplus) << 8, toUnaligned: place)
        }
        used -= surplus
    }

    // MARK: Properties

    /// Adds properties in any order; nulls are left out, and of a key that repeats the last value
    /// wins. Errors: `unstorable`, `limitExceeded`.
    func append(_ properties: [(key: KeyID, value: Value)]) throws(StoreError) {
        for (key, value) in PropertyBlob.cleaned(properties) { try append(key, value) }
    }

    /// Adds a property. The keys ascend, each once; null is no property. Errors: `unstorable`, `limitExceeded`.
    public func append(_ key: KeyID, _ value: Value) throws(StoreError) {
        switch value {
        case .null: return
        case .integer(let value): append(key, integer: value)
        case .float(let value): append(key, float: value)
        case .boolean(let value): append(key, boolean: value)
        default:
            scratch.removeAll(keepingCapacity: true)
            let tag = try PropertyBlob.append(value, to: &scratch)
            scratch.lend { append(key, tag, $0) }
        }
    }

    public func append(_ key: KeyID, integer value: Int64) {
        // The fewest bytes that hold it; all eight are written, and what is too many written over.
        let (tag, bytes): (PropertyTag, Int) =
            if value == Int64(Int8(truncatingIfNeeded: value)) {
                (.integer8, 1)
            } else if value == Int64(Int16(truncatingIfNeeded: value)) {
                (.integer16, 2)
            } else if value == Int64(Int32(truncatingIfNeeded: value)) {
                (.integer32, 4)
            } else {
                (.integer64, 8)
            }
        append(key, tag, word: UInt64(bitPattern: value), bytes)
    }

    public func append(_ key: KeyID, float value: Double) {
        append(key, .float, word: value.bitPattern, 8)
    }

    public func append(_ key: KeyID, boolean value: Bool) {
        append(key, value ? .booleanTrue : .booleanFalse, word: 0, 0)
    }

    /// UTF-8, which the caller has checked.
    public func append(_ key: KeyID, text: UnsafeRawBufferPointer) {
        append(key, PropertyTag.string.rawValue, text)
    }

    @inline(__always)
    private func append(_ key: KeyID, _ tag: PropertyTag, word: UInt64, _ bytes: Int) {
        reserve(8)
        beginProperty(key, tag.rawValue)
        memory.storeBytes(of: word.littleEndian, toByteOffset: used, as: UInt64.self)
        used &+= bytes
    }

    private func append(_ key: KeyID, _ tag: UInt8, _ payload: UnsafeRawBufferPointer) {
        reserve(payload.count)
        beginProperty(key, tag)
        guard let source = payload.baseAddress else { return }
        (memory + used).copyMemory(from: source, byteCount: payload.count)
        used += payload.count
    }

    @inline(__always)
    private func beginProperty(_ key: KeyID, _ tag: UInt8) {
        precondition(propertyCount == 0 || key > lastKey, "the keys of a record ascend")
        let entry = placeOffset(propertyCount)
        precondition(entry + 4 <= payloadsBegin, "the record has room for its properties")
        // Where the surplus is not known yet offsets are too large; `end` corrects them, and finds
        // those that 24 bits do not hold.
        let offset = UInt32(truncatingIfNeeded: used - blobBegin)
        memory.store(key, toUnaligned: entry - 4)
        memory.store(offset << 8 | UInt32(tag), toUnaligned: entry)
        propertyCount &+= 1
        lastKey = key
    }

    @inline(__always)
    private func placeOffset(_ index: Int) -> Int {
        blobBegin &+ PropertyBlob.headerBytes &+ index &* PropertyBlob.entryBytes &+ 4
    }

    @inline(__always)
    private func reserve(_ bytes: Int) {
        if used &+ bytes > capacity { grow(bytes) }
    }

    private func grow(_ bytes: Int) {
        let larger = max(capacity * 2, used + bytes)
        let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
        moved.copyMemory(from: memory, byteCount: used)
        memory.deallocate()
        memory = moved
        capacity = larger
    }
}

extension UnsafeMutableRawPointer {
    @inline(__always)
    fileprivate func load(fromUnaligned offset: Int) -> UInt32 {
        UInt32(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    fileprivate func store(_ value: UInt32, toUnaligned offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: UInt32.self)
    }
}
