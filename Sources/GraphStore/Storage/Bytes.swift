import Foundation

/// Reading and writing numbers in byte buffers, without alignment.
///
/// Keys are big-endian, so that LMDB's byte order is the numbers' order; values are little-endian,
/// as the processor reads them.
extension [UInt8] {
    mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }

    mutating func append(double value: Double) { append(littleEndian: value.bitPattern) }
    mutating func append(float value: Float) { append(littleEndian: value.bitPattern) }

    /// Appends zeros to be written over. (`repeatElement` appends them one by one.)
    mutating func append(zeros count: Int) {
        withUnsafeTemporaryAllocation(byteCount: count, alignment: 8) { zeros in
            zeros.initializeMemory(as: UInt8.self, repeating: 0)
            append(contentsOf: zeros)
        }
    }

    /// A string with its length in front.
    mutating func append(counted string: String) {
        append(littleEndian: UInt32(string.utf8.count))
        append(contentsOf: string.utf8)
    }

    /// Lends the bytes. The standard library's own `withUnsafeBytes` loses the error's type.
    @inline(__always)
    func lend<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try withUnsafeBufferPointer { (buffer) throws(E) -> R in
            try body(UnsafeRawBufferPointer(buffer))
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The caller has checked that the bytes are there.
    @inline(__always)
    func little<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
        T(littleEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    @inline(__always)
    func big<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }

    @inline(__always)
    func double(at offset: Int) -> Double {
        Double(bitPattern: little(UInt64.self, at: offset))
    }

    /// A part that the caller has checked to lie inside.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: self[range])
    }
}

/// Reads a record front to back; every step says whether the bytes were there.
struct ByteReader {
    let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func read<T: FixedWidthInteger>(_ type: T.Type) -> T? {
        guard position + MemoryLayout<T>.size <= bytes.count else { return nil }
        defer { position += MemoryLayout<T>.size }
        return bytes.little(type, at: position)
    }

    mutating func readString() -> String? {
        guard let count = read(UInt32.self), let part = readBytes(Int(count)) else { return nil }
        return String(decoding: part, as: UTF8.self)
    }

    mutating func readBytes(_ count: Int) -> UnsafeRawBufferPointer? {
        guard count >= 0, position + count <= bytes.count else { return nil }
        defer { position += count }
        return bytes.part(position..<position + count)
    }
}

enum Bytes {
    /// Byte order, as LMDB compares keys: negative, zero or positive.
    @inline(__always)
    static func compare(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int {
        guard let a = left.baseAddress, let b = right.baseAddress else {
            return left.count - right.count
        }
        let order = Int(memcmp(a, b, min(left.count, right.count)))
        return order != 0 ? order : left.count - right.count
    }
}
