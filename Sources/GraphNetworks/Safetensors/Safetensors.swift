internal import Foundation
internal import Values

/// Files of named tensors, as PyTorch's users exchange them: eight bytes with the header's length
/// (little-endian), a header of JSON (`{"name": {"dtype", "shape", "data_offsets"}, …}`), the data.
///
/// Floats of 16, 32 and 64 bits are read as Float32, integers as Int64.
public enum Safetensors {
    /// A header is JSON that is read at once.
    public static let maximumHeaderBytes = 16 << 20
    public static let maximumTensors = 1 << 16
    public static let maximumDimensions = 8
    public static let maximumBytes = 4 << 30
    private static let prefixBytes = 8
    private static let alignment = 8

    /// - Throws: ``NetworkError/format(_:)`` saying what is wrong with the file, or
    ///   ``NetworkError/file(_:)`` where it cannot be read.
    public static func read(path: String) throws(NetworkError) -> [String: Tensor] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        } catch {
            throw .file("The file \(path) cannot be read.")
        }
        let result: Result<[String: Tensor], NetworkError> = data.withUnsafeBytes { bytes in
            do throws(NetworkError) { return .success(try read(bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    public static func read(_ bytes: UnsafeRawBufferPointer) throws(NetworkError) -> [String:
        Tensor]
    {
        guard bytes.count <= maximumBytes else {
            throw broken("it is larger than \(maximumBytes) bytes")
        }
        guard bytes.count >= prefixBytes else { throw broken("it ends before its header") }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(maximumHeaderBytes) else {
            throw broken("its header claims \(length) bytes; the limit is \(maximumHeaderBytes)")
        }
        guard Int(length) <= bytes.count - prefixBytes else {
            throw broken("it ends inside its header")
        }
        let header = Array(bytes[prefixBytes..<prefixBytes + Int(length)])
        let entries = try entries(of: header)
        let data = UnsafeRawBufferPointer(rebasing: bytes[(prefixBytes + Int(length))...])
        try checkLayout(entries, dataBytes: data.count)
        var tensors: [String: Tensor] = [:]
        for entry in entries {
            guard tensors[entry.name] == nil else {
                throw broken("the tensor `\(entry.name)` occurs twice")
            }
            tensors[entry.name] = entry.tensor(from: data)
        }
        return tensors
    }

    private static func entries(of header: [UInt8]) throws(NetworkError) -> [Entry] {
        let value: Value
        do { value = try JSONReader.read(utf8: header) } catch {
            throw broken("its header is not JSON")
        }
        guard case .map(let map) = value else { throw broken("its header is not a JSON object") }
        guard map.keys.count <= maximumTensors + 1 else {
            throw broken("it holds more than \(maximumTensors) tensors")
        }
        var entries: [Entry] = []
        for (name, description) in zip(map.keys, map.values) where name != "__metadata__" {
            entries.append(try Entry(name, description))
        }
        return entries
    }

    /// Tensors follow each other without gaps and overlaps, and make up all the data.
    private static func checkLayout(_ entries: [Entry], dataBytes: Int) throws(NetworkError) {
        var end = 0
        for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            guard entry.begin == end else {
                throw broken("the data of `\(entry.name)` does not follow the tensor before it")
            }
            end = entry.end
        }
        guard end == dataBytes else {
            throw broken("its tensors take \(end) bytes, but \(dataBytes) follow the header")
        }
    }

    fileprivate static func broken(_ reason: String) -> NetworkError {
        .format("This is not a valid safetensors file: \(reason).")
    }

    // MARK: Writing

    /// The file's bytes. Tensors in order of name, so that equal models give equal files.
    public static func write(_ tensors: [String: Tensor]) -> [UInt8] {
        var entries: [(String, Value)] = []
        var offset = 0
        let names = tensors.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for name in names {
            guard let tensor = tensors[name] else { continue }
            let (type, size) = tensor.floats == nil ? ("I64", 8) : ("F32", 4)
            let end = offset + tensor.count * size
            let shape = tensor.shape.map { Value.integer(Int64($0)) }
            entries.append(
                (
                    name,
                    .map([
                        "dtype": .string(type), "shape": .list(shape),
                        "data_offsets": .list([.integer(Int64(offset)), .integer(Int64(end))]),
                    ])
                ))
            offset = end
        }
        var writer = JSONWriter()
        writer.write(.map(ValueMap(entries)))
        var header = writer.bytes
        while header.count % alignment != 0 { header.append(UInt8(ascii: " ")) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefixBytes + header.count + offset)
        withUnsafeBytes(of: UInt64(header.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: header)
        for name in names {
            switch tensors[name]?.elements {
            case .floats(let floats)?:
                for float in floats {
                    withUnsafeBytes(of: float.bitPattern.littleEndian) {
                        bytes.append(contentsOf: $0)
                    }
                }
            case .integers(let integers)?:
                for integer in integers {
                    withUnsafeBytes(of: integer.littleEndian) { bytes.append(contentsOf: $0) }
                }
            case nil: break
            }
        }
        return bytes
    }
}

/// One tensor of a header, checked.
private struct Entry {
    enum ElementType: String {
        case float16 = "F16"
        case bfloat16 = "BF16"
        case float32 = "F32"
        case float64 = "F64"
        case int32 = "I32"
        case int64 = "I64"

        var bytes: Int {
            switch self {
            case .float16, .bfloat16: 2
            case .float32, .int32: 4
            case .float64, .int64: 8
            }
        }
    }

    let name: String
    let type: ElementType
    let shape: [Int]
    let begin: Int
    let end: Int

    init(_ name: String, _ description: Value) throws(NetworkError) {
        self.name = name
        guard case .map(let fields) = description, case .string(let type)? = fields["dtype"],
            case .list(let sizes)? = fields["shape"],
            case .list(let offsets)? = fields["data_offsets"], offsets.count == 2
        else {
            throw Safetensors.broken("`\(name)` lacks its dtype, shape or data_offsets")
        }
        guard let known = ElementType(rawValue: type) else {
            throw .format("The tensor `\(name)` is of type \(type), which is not supported.")
        }
        self.type = known
        guard sizes.count <= Safetensors.maximumDimensions else {
            throw .format(
                "The tensor `\(name)` has more than \(Safetensors.maximumDimensions) dimensions.")
        }
        var bytes = known.bytes
        var shape: [Int] = []
        for size in sizes {
            guard case .integer(let number) = size, number >= 0,
                number <= Int64(Safetensors.maximumBytes)
            else { throw Safetensors.broken("the shape of `\(name)` is no list of sizes") }
            shape.append(Int(number))
            let (product, overflows) = bytes.multipliedReportingOverflow(by: Int(number))
            guard !overflows else { throw Safetensors.broken("`\(name)` is too large") }
            bytes = product
        }
        self.shape = shape
        guard case .integer(let first) = offsets[0], case .integer(let last) = offsets[1],
            first >= 0, last >= first, last <= Int64(Safetensors.maximumBytes),
            Int(last - first) == bytes
        else {
            throw Safetensors.broken("the data_offsets of `\(name)` do not fit its shape")
        }
        begin = Int(first)
        end = Int(last)
    }

    /// `data` reaches as far as the layout says.
    func tensor(from data: UnsafeRawBufferPointer) -> Tensor {
        let count = (end - begin) / type.bytes
        func load<T: FixedWidthInteger>(_ place: Int, as: T.Type) -> T {
            T(
                littleEndian: data.loadUnaligned(
                    fromByteOffset: begin + place * type.bytes, as: T.self))
        }
        func floats(_ element: (Int) -> Float) -> Tensor {
            Tensor(shape: shape, (0..<count).map(element))
        }
        func integers(_ element: (Int) -> Int64) -> Tensor {
            Tensor(shape: shape, integers: (0..<count).map(element))
        }
        switch type {
        case .float16: return floats { Self.widened(half: load($0, as: UInt16.self)) }
        case .bfloat16:
            return floats { Float(bitPattern: UInt32(load($0, as: UInt16.self)) << 16) }
        case .float32: return floats { Float(bitPattern: load($0, as: UInt32.self)) }
        case .float64: return floats { Float(Double(bitPattern: load($0, as: UInt64.self))) }
        case .int32: return integers { Int64(load($0, as: Int32.self)) }
        case .int64: return integers { load($0, as: Int64.self) }
        }
    }

    /// IEEE 754 half precision.
    private static func widened(half: UInt16) -> Float {
        let sign: Float = half >> 15 == 0 ? 1 : -1
        let exponent = Int(half >> 10) & 0x1F
        let fraction = Float(half & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 0x1F: return fraction == 0 ? sign * .infinity : .nan
        default:
            return sign * (1 + fraction * 0x1p-10)
                * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }
}
