/// An array as NumPy's `.npy` file has it (format 1.0): what `numpy.load` reads without a copy.
///
/// ```
/// \x93 N U M P Y │ 1 0 │ length, u16 │ {'descr': '<i8', …} and spaces up to \n │ elements
/// ```
///
/// The elements begin at a multiple of 64 bytes; numbers are little-endian, in C order.
public enum NumPyArray {
    private static let alignment = 64

    public static func integers(_ values: [Int64], shape: [Int]) -> [UInt8] {
        precondition(values.count == shape.reduce(1, *))
        var file = header("<i8", shape)
        file.reserveCapacity(file.count + values.count * 8)
        for value in values { file.appendLittleEndian(value) }
        return file
    }

    public static func floats(_ values: [Float], shape: [Int]) -> [UInt8] {
        precondition(values.count == shape.reduce(1, *))
        var file = header("<f4", shape)
        file.reserveCapacity(file.count + values.count * 4)
        for value in values { file.appendLittleEndian(value.bitPattern) }
        return file
    }

    private static func header(_ type: String, _ shape: [Int]) -> [UInt8] {
        // A tuple of one element needs its comma.
        let sizes = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        var file: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
        let fixed = file.count + 2
        let padding = alignment - (fixed + text.utf8.count + 1) % alignment
        file.appendLittleEndian(UInt16(text.utf8.count + padding + 1))
        file += Array(text.utf8)
        file += Array(repeating: UInt8(ascii: " "), count: padding)
        file.append(UInt8(ascii: "\n"))
        return file
    }
}

extension [UInt8] {
    fileprivate mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
