import GraphStore
import Values

/// A field's bytes as a value of its column's type.
struct FieldParser {
    struct Failure: Error {
        let reason: String
        /// Whether it is about the record that the value makes, not about the field's text.
        var isOfRecord = false
    }

    let type: ColumnType
    /// What an integer of the type may be.
    private let range: ClosedRange<Int64>
    /// For arrays: what stands between elements.
    private let arrayDelimiter: UInt8?
    /// Of points and temporal values: apart, so that the parsers of other columns hold nothing that
    /// is counted.
    private let defaults: Defaults?

    private final class Defaults {
        let crs: String?
        let zone: TemporalZone

        init(crs: String?, zone: TemporalZone) {
            self.crs = crs
            self.zone = zone
        }
    }

    init(type: ColumnType, arrayDelimiter: UInt8? = nil, options: ColumnOptions = .init()) {
        self.type = type
        range =
            switch type {
            case .byte: Int64(Int8.min)...Int64(Int8.max)
            case .short: Int64(Int16.min)...Int64(Int16.max)
            case .int: Int64(Int32.min)...Int64(Int32.max)
            default: Int64.min...Int64.max
            }
        self.arrayDelimiter = arrayDelimiter
        let zone = options.timezone.flatMap { TemporalText.zone(named: $0) }
        let hasDefaults = options.crs != nil || zone != nil
        defaults = hasDefaults ? Defaults(crs: options.crs, zone: zone ?? .utc) : nil
    }

    /// Adds the field's value to a record as the property `key`, or nothing where it holds no value.
    func parse(
        _ bytes: UnsafeRawBufferPointer, isQuoted: Bool, as key: KeyID,
        into record: RecordEncoder
    ) throws(Failure) {
        guard !bytes.isEmpty, arrayDelimiter == nil else {
            return try parseValue(bytes, isQuoted: isQuoted, as: key, into: record)
        }
        switch type {
        case .long, .int, .short, .byte: record.append(key, integer: try integer(bytes))
        case .float, .double: record.append(key, float: try float(bytes))
        case .boolean: record.append(key, boolean: try boolean(bytes))
        case .string where Self.isASCII(bytes): record.append(key, text: bytes)
        default: try parseValue(bytes, isQuoted: isQuoted, as: key, into: record)
        }
    }

    private func parseValue(
        _ bytes: UnsafeRawBufferPointer, isQuoted: Bool, as key: KeyID,
        into record: RecordEncoder
    ) throws(Failure) {
        guard let value = try parse(bytes, isQuoted: isQuoted) else { return }
        do throws(StoreError) { try record.append(key, value) } catch {
            throw Failure(reason: ImportError(error).reason, isOfRecord: true)
        }
    }

    private static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        var bits: UInt64 = 0
        while place + 8 <= bytes.count {
            bits |= bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            place += 8
        }
        while place < bytes.count {
            bits |= UInt64(bytes[place])
            place += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }

    /// nil where the field holds no value: nothing at all between two delimiters, or `""` where
    /// the type has no empty value.
    func parse(_ bytes: UnsafeRawBufferPointer, isQuoted: Bool) throws(Failure) -> Value? {
        if bytes.isEmpty {
            guard isQuoted else { return nil }
            if arrayDelimiter != nil { return .list([]) }
            return type == .string ? .string("") : nil
        }
        guard let arrayDelimiter else { return try element(bytes) }
        var elements: [Value] = []
        for part in bytes.split(separator: arrayDelimiter, omittingEmptySubsequences: false) {
            elements.append(try element(UnsafeRawBufferPointer(rebasing: part)))
        }
        return .list(elements)
    }

    private func element(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Value {
        switch type {
        case .string: return .string(try text(bytes))
        case .long, .int, .short, .byte: return .integer(try integer(bytes))
        case .float, .double: return .float(try float(bytes))
        case .boolean: return .boolean(try boolean(bytes))
        case .char:
            let text = try text(bytes)
            guard text.unicodeScalars.count == 1 else { throw failure(bytes, "a single character") }
            return .string(text)
        case .date, .localtime, .time, .localdatetime, .datetime, .duration:
            let text = try text(Self.trimmed(bytes))
            if let value = TemporalText.parse(text, as: type, zone: defaults?.zone ?? .utc) {
                return value
            }
            throw failure(bytes, "a \(type.rawValue) in ISO 8601 form")
        case .point:
            if let point = PointText.parse(try text(bytes), crs: defaults?.crs) { return point }
            throw failure(bytes, "a point such as {x: 1.0, y: 2.0}")
        }
    }

    private func text(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(reason: "the text is not UTF-8")
        }
        return text
    }

    private func integer(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Int64 {
        guard let number = Self.integer(bytes), range.contains(number) else {
            throw failure(bytes, "an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Digits with a sign, spaces around them; nil where it is anything else or too large.
    @inline(__always)
    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        shortInteger(bytes) ?? anyInteger(bytes)
    }

    /// Up to 18 digits, which cannot be too large, and nothing else.
    @inline(__always)
    private static func shortInteger(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        switch bytes.count {
        case 4...8:
            return EightDigits(bytes).value
        case 1...3, 9...18:
            // Of long ones the first eight at once.
            var value: Int64 = 0
            var place = 0
            if bytes.count > 8 {
                let first = EightDigits(word: bytes.loadUnaligned(as: UInt64.self))
                guard let digits = first.value else { return nil }
                value = digits
                place = 8
            }
            while place < bytes.count {
                let digit = bytes[place] &- UInt8(ascii: "0")
                guard digit <= 9 else { return nil }
                value = value &* 10 &+ Int64(digit)
                place &+= 1
            }
            return value
        default: return nil
        }
    }

    private static func anyInteger(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let digits = trimmed(bytes)
        var place = 0
        var isNegative = false
        if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            place = 1
        }
        guard place < digits.count else { return nil }
        var value: Int64 = 0
        while place < digits.count {
            let digit = digits[place] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.subtractingReportingOverflow(Int64(digit))
            if overflow || carry { return nil }
            value = sum
            place += 1
        }
        // Collected below zero, where one more value fits.
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// Short decimals, which nearly all are, exactly from their digits; the rest through the
    /// standard library.
    private func float(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Double {
        if let short = Self.shortDecimal(bytes) { return short }
        let digits = Self.trimmed(bytes)
        guard let number = Double(String(decoding: digits, as: UTF8.self)) else {
            throw failure(bytes, "a number")
        }
        // `1e999` reads as infinity, which only a field that says so may be.
        if number.isInfinite, digits.contains(where: { Self.isDigit($0) }) {
            throw failure(bytes, "a number within the range of 64-bit floats")
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    /// Up to 15 digits are exact in a double, and so is a power of ten up to 10^22: their quotient
    /// is correctly rounded (Clinger, "How to Read Floating Point Numbers Accurately", 1990).
    private static func shortDecimal(_ bytes: UnsafeRawBufferPointer) -> Double? {
        guard bytes.count <= 16 else { return nil }
        var digits: Int64 = 0
        var fraction = -1
        var count = 0
        var place = 0
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative { place = 1 }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "."), fraction < 0 {
                fraction = 0
            } else if byte &- UInt8(ascii: "0") <= 9 {
                digits = digits * 10 + Int64(byte &- UInt8(ascii: "0"))
                count += 1
                if fraction >= 0 { fraction += 1 }
            } else {
                return nil
            }
            place += 1
        }
        guard count > 0, count <= 15 else { return nil }
        let value = Double(digits) / powersOfTen[max(0, fraction)]
        return isNegative ? -value : value
    }

    private static let powersOfTen: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private func boolean(_ bytes: UnsafeRawBufferPointer) throws(Failure) -> Bool {
        let word = Self.trimmed(bytes)
        if Self.isEqual(word, "true") { return true }
        if Self.isEqual(word, "false") { return false }
        throw failure(bytes, "true or false")
    }

    /// Without regard to case; `letters` are lower-case ASCII.
    private static func isEqual(_ bytes: UnsafeRawBufferPointer, _ letters: StaticString) -> Bool {
        guard bytes.count == letters.utf8CodeUnitCount else { return false }
        return zip(bytes, UnsafeBufferPointer(start: letters.utf8Start, count: bytes.count))
            .allSatisfy { $0 | 0x20 == $1 }
    }

    private func failure(_ bytes: UnsafeRawBufferPointer, _ expected: String) -> Failure {
        let shown = String(decoding: bytes.prefix(60), as: UTF8.self)
        return Failure(reason: "`\(shown)` is not \(expected)")
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var low = 0
        var high = bytes.count
        while low < high, bytes[low] == 32 || bytes[low] == 9 { low += 1 }
        while high > low, bytes[high - 1] == 32 || bytes[high - 1] == 9 { high -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[low..<high])
    }
}
