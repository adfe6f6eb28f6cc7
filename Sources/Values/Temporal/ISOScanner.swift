/// Walks over the ASCII of an ISO 8601 text.
struct ISOScanner {
    private let bytes: [UInt8]
    private(set) var place = 0

    /// No ISO text of a temporal value is longer; a zone's name is the longest part.
    static let maximumLength = 256

    init(_ text: String) { bytes = Array(text.utf8.prefix(Self.maximumLength + 1)) }

    var isAtEnd: Bool { place >= bytes.count }

    var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let next, UInt32(next) == character.value else { return false }
        place += 1
        return true
    }

    /// How many digits follow, up to a limit.
    func digitCount(atMost limit: Int = 20) -> Int {
        var end = place
        while end < bytes.count, end - place < limit, Self.isDigit(bytes[end]) { end += 1 }
        return end - place
    }

    /// Exactly that many digits; nil, and nothing taken, where there are fewer.
    mutating func takeNumber(digits count: Int) -> Int64? {
        guard count > 0, count <= 18, digitCount(atMost: count) == count else { return nil }
        var number: Int64 = 0
        for byte in bytes[place..<place + count] { number = number * 10 + Int64(byte - 48) }
        place += count
        return number
    }

    /// `.5` or `,5` as nanoseconds: one to nine digits. Nil where no separator follows.
    mutating func takeFraction() -> Int64?? {
        guard next == UInt8(ascii: ".") || next == UInt8(ascii: ",") else { return .some(nil) }
        place += 1
        let count = digitCount()
        guard (1...9).contains(count), var fraction = takeNumber(digits: count) else { return nil }
        for _ in count..<9 { fraction *= 10 }
        return .some(fraction)
    }

    /// Everything up to a character, which is taken too; nil where it does not occur.
    mutating func takeText(upTo character: Unicode.Scalar) -> String? {
        guard let end = bytes[place...].firstIndex(where: { UInt32($0) == character.value }) else {
            return nil
        }
        defer { place = end + 1 }
        return String(decoding: bytes[place..<end], as: UTF8.self)
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

/// The parts that temporal texts are made of. Nil is a text that is not of the form; a value out
/// of range throws.
extension ISOScanner {
    /// `2015-07-21`, `20150721`, `2015-07`, `201507`, `2015`, weeks `2015-W30-2`, `2015W302`,
    /// quarters `2015-Q2-60`, `2015Q260`, days of the year `2015-202`, `2015202`, and years with a
    /// sign of up to nine digits.
    mutating func takeDate() throws(ValueError) -> DateValue? {
        guard let year = takeYear() else { return nil }
        var fields = DateFields()
        fields.year = year
        let isExtended = next == UInt8(ascii: "-")
        if isExtended { _ = take("-") }
        if take("W") {
            guard let week = takeNumber(digits: 2) else { return nil }
            fields.week = week
            if isExtended ? take("-") : digitCount(atMost: 1) == 1 {
                guard let day = takeNumber(digits: 1) else { return nil }
                fields.dayOfWeek = day
            }
        } else if take("Q") {
            guard let quarter = takeNumber(digits: 1) else { return nil }
            fields.quarter = quarter
            if isExtended ? take("-") : digitCount(atMost: 1) == 1 {
                guard let day = takeNumber(digits: 2) else { return nil }
                fields.dayOfQuarter = day
            }
        } else {
            switch digitCount(atMost: 5) {
            case 0 where !isExtended: break
            case 3: fields.ordinalDay = takeNumber(digits: 3)
            case 2:
                fields.month = takeNumber(digits: 2)
                if isExtended && take("-") {
                    guard let day = takeNumber(digits: 2) else { return nil }
                    fields.day = day
                }
            case 4 where !isExtended:
                fields.month = takeNumber(digits: 2)
                fields.day = takeNumber(digits: 2)
            default: return nil
            }
        }
        return try fields.date(onto: nil)
    }

    private mutating func takeYear() -> Int64? {
        let isNegative = next == UInt8(ascii: "-")
        if isNegative ? take("-") : take("+") {
            let count = digitCount()
            guard (1...9).contains(count), let year = takeNumber(digits: count) else { return nil }
            return isNegative ? -year : year
        }
        return takeNumber(digits: 4)
    }

    /// `21:40:32.142`, `214032.142`, `21:40`, `2140`, `21`.
    mutating func takeTime() throws(ValueError) -> LocalTimeValue? {
        var fields = TimeFields()
        guard let hour = takeNumber(digits: 2) else { return nil }
        fields.hour = hour
        let isExtended = next == UInt8(ascii: ":")
        if isExtended ? take(":") : digitCount(atMost: 2) == 2 {
            guard let minute = takeNumber(digits: 2) else { return nil }
            fields.minute = minute
            if isExtended ? take(":") : digitCount(atMost: 2) == 2 {
                guard let second = takeNumber(digits: 2) else { return nil }
                fields.second = second
                guard let fraction = takeFraction() else { return nil }
                fields.nanosecond = fraction
            }
        }
        return try fields.time(onto: nil)
    }

    /// `Z`, `+01:00`, `+0100`, `+01`, `+01:00:30`, and a region in brackets, alone or behind an
    /// offset. `.some(nil)` where no zone follows.
    mutating func takeZone() throws(ValueError) -> (offset: Int32?, region: TemporalZone?)? {
        var offset: Int32?
        if take("Z") || take("z") {
            offset = 0
        } else if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") {
            guard let found = try takeOffset() else { return nil }
            offset = found
        }
        guard take("[") else { return (offset, nil) }
        guard let name = takeText(upTo: "]") else { return nil }
        return (offset, try TemporalZone(named: name))
    }

    mutating func takeOffset() throws(ValueError) -> Int32? {
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = takeNumber(digits: 2) else { return nil }
        var seconds = hours * 3_600
        let isExtended = next == UInt8(ascii: ":")
        for unit in [60, 1] as [Int64] {
            guard isExtended ? take(":") : digitCount(atMost: 2) == 2 else { break }
            guard let amount = takeNumber(digits: 2), amount < 60 else { return nil }
            seconds += amount * unit
        }
        guard seconds <= Int64(TemporalZone.maximumOffset) else {
            throw .badValue("an offset from UTC is at most 18 hours")
        }
        return Int32(isNegative ? -seconds : seconds)
    }
}

extension TemporalZone {
    /// A zone as a `timezone` field names it: an offset, `Z`, or a region.
    public init(named name: String) throws(ValueError) {
        if name == "Z" || name == "z" {
            self = .utc
            return
        }
        if name.hasPrefix("+") || name.hasPrefix("-") {
            var scanner = ISOScanner(name)
            guard let offset = try scanner.takeOffset(), scanner.isAtEnd else {
                throw .badValue("'\(name)' is no offset from UTC: write +01:00")
            }
            self = .offset(offset)
            return
        }
        guard let region = TemporalZone.region(named: name) else {
            throw .badValue("there is no time zone '\(name)'")
        }
        self = .region(region)
    }
}
