/// Collects a live column in the order of ids. The first value that a column can hold decides its
/// kind; values of other kinds stay in LMDB. Integers and floats go together.
struct LiveColumnBuilder: SnapshotPart {
    private enum Kind {
        case undecided, integers, floats, numbers, booleans, strings

        var isNumeric: Bool { self == .integers || self == .floats || self == .numbers }
    }

    private var kind = Kind.undecided
    private var first: UInt64 = 0
    private var states: ContiguousArray<UInt8> = []
    private var integers: ContiguousArray<Int64> = []
    private var floats: ContiguousArray<Double> = []
    private var numbers = MixedNumbers()
    private var booleans: ContiguousArray<UInt8> = []
    private var bytes: ContiguousArray<UInt8> = []
    private var offsets: ContiguousArray<UInt32> = []
    private var here = 0
    private var elsewhere = 0
    private let end: UInt64
    private let byteLimit: Int

    /// `end` is the next id. Past `byteLimit` the column is given up.
    init(end: UInt64, byteLimit: Int) {
        self.end = end
        self.byteLimit = byteLimit
    }

    var byteCount: Int {
        states.count + integers.count * 8 + floats.count * 8 + numbers.byteCount + booleans.count
            + bytes.count + offsets.count * 4
    }

    /// The label's next node. False past the limit.
    mutating func appendMember(_ id: UInt64) -> Bool {
        guard advance(to: id) else { return false }
        states.append(LiveColumn.State.here)
        here += 1
        return true
    }

    /// The next entity that has the property. False past the limit.
    @inline(__always)
    mutating func append(_ stored: PropertyBlob.Stored, of id: UInt64) -> Bool {
        guard advance(to: id) else { return false }
        if take(stored) {
            states.append(LiveColumn.State.here)
            here += 1
        } else {
            padValues(to: states.count + 1)
            states.append(LiveColumn.State.elsewhere)
            elsewhere += 1
        }
        return true
    }

    /// Appends what another has collected, of ids behind all of these. False where its values are of
    /// another kind, and past the limit.
    mutating func append(_ later: LiveColumnBuilder) -> Bool {
        if later.states.isEmpty { return true }
        var later = later
        if later.kind != .undecided, !decide(later.kind) {
            guard kind.isNumeric, later.kind.isNumeric else { return false }
            mixNumbers()
            later.mixNumbers()
        }
        guard advance(to: later.first), byteCount + later.byteCount <= byteLimit,
            bytes.count + later.bytes.count < UInt32.max
        else { return false }
        states.append(contentsOf: later.states)
        integers.append(contentsOf: later.integers)
        floats.append(contentsOf: later.floats)
        numbers.append(contentsOf: later.numbers)
        booleans.append(contentsOf: later.booleans)
        let shift = UInt32(bytes.count)
        bytes.append(contentsOf: later.bytes)
        offsets.append(contentsOf: later.offsets.dropFirst().lazy.map { $0 + shift })
        padValues(to: states.count)
        here += later.here
        elsewhere += later.elsewhere
        return true
    }

    /// Appends the value where it is of the column's kind.
    @inline(__always)
    private mutating func take(_ stored: PropertyBlob.Stored) -> Bool {
        if let integer = stored.integer {
            if decide(.integers) {
                integers.append(integer)
            } else {
                guard kind.isNumeric else { return false }
                mixNumbers()
                numbers.append(integer)
            }
            return true
        }
        switch stored.tag {
        case PropertyTag.float.rawValue:
            guard stored.payload.count == 8 else { return false }
            let float = stored.payload.double(at: 0)
            if decide(.floats) {
                floats.append(float)
            } else {
                guard kind.isNumeric else { return false }
                mixNumbers()
                numbers.append(float)
            }
        case PropertyTag.string.rawValue:
            guard bytes.count + stored.payload.count < UInt32.max, decide(.strings) else {
                return false
            }
            bytes.append(contentsOf: stored.payload)
            offsets.append(UInt32(bytes.count))
        case PropertyTag.booleanFalse.rawValue, PropertyTag.booleanTrue.rawValue:
            guard decide(.booleans) else { return false }
            booleans.append(stored.tag == PropertyTag.booleanTrue.rawValue ? 1 : 0)
        default: return false
        }
        return true
    }

    @inline(__always)
    private mutating func decide(_ wanted: Kind) -> Bool {
        if kind == wanted { return true }
        guard kind == .undecided else { return false }
        kind = wanted
        if kind == .strings { offsets.append(0) }
        padValues(to: states.count)
        return true
    }

    /// What is there becomes numbers of either kind.
    private mutating func mixNumbers() {
        switch kind {
        case .integers: numbers = MixedNumbers(integers)
        case .floats: numbers = MixedNumbers(floats)
        default: return
        }
        integers = []
        floats = []
        kind = .numbers
    }

    /// Fills up with nulls to the slot of `id`.
    @inline(__always)
    private mutating func advance(to id: UInt64) -> Bool {
        if states.isEmpty { first = id }
        let slot = id - first
        if slot > UInt64(states.count) {
            guard slot <= UInt64(byteLimit) else { return false }
            states.append(
                contentsOf: repeatElement(
                    LiveColumn.State.null, count: Int(slot) - states.count))
            padValues(to: states.count)
        }
        return states.count & 0xFFF != 0 || byteCount <= byteLimit
    }

    private mutating func padValues(to count: Int) {
        switch kind {
        case .undecided: break
        case .integers:
            integers.append(contentsOf: repeatElement(0, count: count - integers.count))
        case .floats: floats.append(contentsOf: repeatElement(0, count: count - floats.count))
        case .numbers: numbers.pad(to: count)
        case .booleans:
            booleans.append(contentsOf: repeatElement(0, count: count - booleans.count))
        case .strings:
            let missing = count + 1 - offsets.count
            offsets.append(contentsOf: repeatElement(UInt32(bytes.count), count: missing))
        }
    }

    /// The column; nil where most values are of kinds that it cannot hold.
    consuming func finish(change: UInt64, _ limits: LiveLimits) -> LiveColumn? {
        if elsewhere > here { return nil }
        let content: LiveColumn.Content =
            switch kind {
            case .undecided: .none
            case .integers:
                CodedValues(integers).map { .codedIntegers($0) }
                    ?? .integers(integers.inLargePages())
            case .floats:
                CodedValues(floats).map { .codedFloats($0) } ?? .floats(floats.inLargePages())
            case .numbers: .numbers(numbers.inLargePages())
            case .booleans: .booleans(booleans.inLargePages())
            case .strings:
                CodedStrings(bytes: bytes, offsets: offsets, limits.codedStrings)
                    .map { .codedStrings($0) }
                    ?? .strings(bytes: bytes.inLargePages(), offsets: offsets.inLargePages())
            }
        return LiveColumn(
            change: change, first: first, end: end, states: states, content: content)
    }
}
