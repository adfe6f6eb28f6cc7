import Foundation
internal import Synchronization
internal import Values

/// One property of all nodes or all relationships, or the membership of one label, by id, as of
/// one commit: what a batch of reads costs a load each instead of a search in LMDB.
///
/// ```
///        first                       first + count            end
///  ── null ──│ state u8 · value · state · value … │── null ─────│── not known: created later ──
/// ```
///
/// The values never change. What later commits change, or what is of another kind than the column,
/// has the state `elsewhere` and is read from LMDB, in the snapshot of whoever reads: so one column
/// serves all snapshots from its commit on. Any thread may read while the writer marks.
final class LiveColumn: @unchecked Sendable {
    // Sendable: only states change, and they are atomic.

    enum Content {
        /// Nothing but states: label membership, or a property that no entity has.
        case none
        case integers(ContiguousArray<Int64>)
        case floats(ContiguousArray<Double>)
        /// Few different values, such as ratings and ages: a byte each, so that what random reads
        /// touch stays in the caches.
        case codedIntegers(CodedValues<Int64>)
        case codedFloats(CodedValues<Double>)
        case numbers(MixedNumbers)
        /// 0 and 1.
        case booleans(ContiguousArray<UInt8>)
        case codedStrings(CodedStrings)
        /// Row i is `bytes[offsets[i] ..< offsets[i + 1]]`.
        case strings(bytes: ContiguousArray<UInt8>, offsets: ContiguousArray<UInt32>)
    }

    enum State {
        static let null: UInt8 = 0
        static let here: UInt8 = 1
        static let elsewhere: UInt8 = 2
    }

    /// The number of the last change that the column holds.
    let change: UInt64
    let first: UInt64
    let count: Int
    let end: UInt64
    let content: Content
    let byteCount: Int
    private let states: UnsafeMutablePointer<Atomic<UInt8>>
    /// A state is not `here`, so states must be looked at.
    private let hasExceptions: Atomic<Bool>
    private let hasChanged = Atomic(false)
    private let changedIDs = ChangedIDs()
    let identity = Identity()

    /// `states` has one element for each id from `first` on.
    init(
        change: UInt64, first: UInt64, end: UInt64, states: ContiguousArray<UInt8>,
        content: Content
    ) {
        self.change = change
        self.first = first
        self.end = end
        self.content = content
        count = states.count
        let memory = GrowingMemory(capacity: count).give()
        states.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                memory.copyMemory(from: start, byteCount: bytes.count)
            }
        }
        // An atomic byte is laid out as a byte and needs no destruction.
        self.states = memory.bindMemory(to: Atomic<UInt8>.self, capacity: max(count, 1))
        hasExceptions = Atomic(states.contains { $0 != State.here })
        byteCount = count + content.byteCount
    }

    deinit { free(UnsafeMutableRawPointer(states)) }

    /// Whether reading it again from a later snapshot could make it hold more.
    func isOutdated(nextID: UInt64) -> Bool {
        nextID > end || hasChanged.load(ordering: .relaxed)
    }

    /// From now on these are read from LMDB. False where the column has no place to say so of some
    /// of them.
    func mark(_ ids: ContiguousArray<UInt64>) -> Bool {
        var hasPlaces = true
        for id in ids where id < end {
            let slot = id &- first
            guard slot < UInt64(count) else {
                hasPlaces = false
                continue
            }
            changedIDs.insert(id)
            states[Int(slot)].store(State.elsewhere, ordering: .relaxed)
            hasExceptions.store(true, ordering: .relaxed)
            hasChanged.store(true, ordering: .relaxed)
        }
        return hasPlaces
    }

    @inline(__always)
    func state(_ id: UInt64) -> UInt8 {
        let slot = id &- first
        if slot < UInt64(count) { return states[Int(slot)].load(ordering: .relaxed) }
        return id < end || id == Column.absent ? State.null : State.elsewhere
    }

    /// Whether the id's value must not be taken from a copy of the column: it has changed since, or
    /// came later. Sometimes true of others.
    @inline(__always)
    func mayHaveChanged(_ id: UInt64) -> Bool { id >= end || changedIDs.mayContain(id) }

    /// Whether that is so of an id below `end`.
    var hasChangedIDs: Bool { hasChanged.load(ordering: .relaxed) }

    /// Whether each id's value is in the column and not null.
    func holdsAll(_ ids: UnsafeBufferPointer<UInt64>) -> Bool {
        let count = UInt64(count)
        var holds = true
        if hasExceptions.load(ordering: .relaxed) {
            for id in ids {
                let slot = id &- first
                guard slot < count else { return false }
                let isHere = states[Int(slot)].load(ordering: .relaxed) == State.here
                holds = holds && isHere
            }
        } else {
            // A place before the first or behind the last has the highest bit in one of the two
            // differences. Without a branch, and without a comparison that takes one at a time.
            var outside: UInt64 = 0
            for id in ids {
                let slot = id &- first
                outside |= slot | (count &- 1 &- slot)
            }
            holds = outside >> 63 == 0
        }
        return holds
    }

    /// Appends each id's value; `readElsewhere` appends one that is not here. Returns how many
    /// were not.
    func append(
        _ ids: UnsafeBufferPointer<UInt64>, to column: inout ColumnBuilder,
        readElsewhere: (UInt64, inout ColumnBuilder) -> Void
    ) -> Int {
        if holdsAll(ids), appendAll(ids, to: &column) { return 0 }
        var elsewhere = 0
        for id in ids {
            switch state(id) {
            case State.here: append(slot: Int(id &- first), to: &column)
            case State.null: column.appendNull()
            default:
                readElsewhere(id, &column)
                elsewhere += 1
            }
        }
        return elsewhere
    }

    /// Appends 1 for each node that is a member, 0 for others; `readElsewhere` decides for those
    /// that are not here. Returns how many were not.
    func appendMembership(
        _ nodes: UnsafeBufferPointer<UInt64>, to flags: inout ContiguousArray<UInt8>,
        readElsewhere: (UInt64) -> Bool
    ) -> Int {
        var elsewhere = 0
        flags.reserveCapacity(flags.count + nodes.count)
        for node in nodes {
            let state = state(node)
            if state == State.elsewhere {
                flags.append(readElsewhere(node) ? 1 : 0)
                elsewhere += 1
            } else {
                flags.append(state == State.here ? 1 : 0)
            }
        }
        return elsewhere
    }

    /// Appends members from `next` on, at most `limit`, and moves it behind the last one looked at;
    /// past the column's ids there are none. `readElsewhere` decides for those that are not here.
    func appendMembers(
        from next: inout UInt64, upTo bound: UInt64, _ limit: Int,
        to ids: inout ContiguousArray<UInt64>, readElsewhere: (UInt64) -> Bool
    ) {
        next = max(next, first)
        let bound = min(bound, first + UInt64(count))
        let before = ids.count
        ids.append(contentsOf: repeatElement(0, count: limit))
        var filled = before
        ids.withUnsafeMutableBufferPointer { ids in
            while next < bound, filled < ids.count {
                let state = states[Int(next &- first)].load(ordering: .relaxed)
                ids[filled] = next
                if state == State.here || (state == State.elsewhere && readElsewhere(next)) {
                    filled &+= 1
                }
                next &+= 1
            }
        }
        ids.removeLast(ids.count - filled)
    }

    /// False where the content has no faster way than one by one.
    private func appendAll(_ ids: UnsafeBufferPointer<UInt64>, to column: inout ColumnBuilder)
        -> Bool
    {
        switch content {
        case .integers(let values):
            values.withUnsafeBufferPointer { values in
                column.append(integers: ids.count) { target in
                    for row in 0..<ids.count { target[row] = values[Int(ids[row] &- first)] }
                }
            }
        case .floats(let values):
            values.withUnsafeBufferPointer { values in
                column.append(floats: ids.count) { target in
                    for row in 0..<ids.count { target[row] = values[Int(ids[row] &- first)] }
                }
            }
        case .numbers(let values): values.append(ids, from: first, to: &column)
        case .codedIntegers(let values):
            column.append(integers: ids.count) { values.copy(ids, from: first, into: $0) }
        case .codedFloats(let values):
            column.append(floats: ids.count) { values.copy(ids, from: first, into: $0) }
        case .codedStrings(let values):
            guard let copied = values.copy(ids, from: first) else { return false }
            column.append(strings: copied)
        case .strings(let bytes, let offsets):
            let copied = bytes.withUnsafeBytes { bytes in
                offsets.withUnsafeBufferPointer { offsets in
                    StringColumn.copying(ids.count, of: bytes) { row in
                        let slot = Int(ids[row] &- first)
                        return Int(offsets[slot])..<Int(offsets[slot &+ 1])
                    }
                }
            }
            guard let copied else { return false }
            column.append(strings: copied)
        case .none, .booleans: return false
        }
        return true
    }

    /// Writes each id's code, and -1 for null. nil where the values are not coded, or some of them
    /// are not here.
    func copyCodes(
        _ ids: UnsafeBufferPointer<UInt64>, into target: UnsafeMutablePointer<Int32>
    ) -> CodedStrings? {
        guard case .codedStrings(let values) = content else { return nil }
        let isCopied = values.codes.withUnsafeBufferPointer { codes in
            if holdsAll(ids) {
                for row in 0..<ids.count { target[row] = Int32(codes[Int(ids[row] &- first)]) }
                return true
            }
            for row in 0..<ids.count {
                switch state(ids[row]) {
                case State.here: target[row] = Int32(codes[Int(ids[row] &- first)])
                case State.null: target[row] = -1
                default: return false
                }
            }
            return true
        }
        return isCopied ? values : nil
    }

    @inline(__always)
    private func append(slot: Int, to column: inout ColumnBuilder) {
        switch content {
        case .integers(let values): column.append(integer: values[slot])
        case .floats(let values): column.append(float: values[slot])
        case .numbers(let values): column.append(values[slot])
        case .codedIntegers(let values): column.append(integer: values[slot])
        case .codedFloats(let values): column.append(float: values[slot])
        case .booleans(let values): column.append(boolean: values[slot] != 0)
        case .codedStrings(let values): values.append(slot, to: &column)
        case .strings(let bytes, let offsets):
            bytes.withUnsafeBytes {
                column.append(utf8: $0.part(Int(offsets[slot])..<Int(offsets[slot + 1])))
            }
        case .none: column.appendNull()
        }
    }
}

extension LiveColumn.Content {
    fileprivate var byteCount: Int {
        switch self {
        case .none: 0
        case .integers(let values): values.count * 8
        case .floats(let values): values.count * 8
        case .numbers(let values): values.byteCount
        case .codedIntegers(let values): values.byteCount
        case .codedFloats(let values): values.byteCount
        case .booleans(let values): values.count
        case .codedStrings(let values): values.byteCount
        case .strings(let bytes, let offsets): bytes.count + offsets.count * 4
        }
    }
}
