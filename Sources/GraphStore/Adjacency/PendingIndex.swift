/// The changes of a range of sequence numbers, sorted for lookup: one run per family.
final class PendingSegment: Sendable {
    let range: Range<UInt64>
    let runs: [ListFamily: PendingRun]

    var count: Int { range.count }

    private init(range: Range<UInt64>, runs: [ListFamily: PendingRun]) {
        self.range = range
        self.runs = runs
    }

    /// A change as one of its two lists sees it.
    private struct HalfEdge {
        var family: ListFamily
        var node: NodeID
        var entry: PendingEntry
    }

    /// Sorts changes, the first of which has the number `sequence`.
    convenience init(_ changes: some Collection<AdjacencyChange>, from sequence: UInt64) {
        var halves: ContiguousArray<HalfEdge> = []
        halves.reserveCapacity(changes.count * 2)
        var number = sequence
        for change in changes {
            func append(_ direction: Direction, _ node: NodeID, _ neighbour: NodeID) {
                let entry = PendingEntry(
                    neighbour: neighbour, relationship: change.relationship, sequence: number,
                    isRemoval: change.isRemoval)
                halves.append(
                    HalfEdge(
                        family: ListFamily(change.type, direction), node: node, entry: entry))
            }
            append(.outgoing, change.start, change.end)
            append(.incoming, change.end, change.start)
            number += 1
        }
        halves.sort { a, b in
            if a.family != b.family { return a.family < b.family }
            if a.node != b.node { return a.node < b.node }
            return a.entry < b.entry
        }
        var runs: [ListFamily: PendingRun] = [:]
        var index = 0
        while index < halves.count {
            let family = halves[index].family
            var builder = PendingRun.Builder(capacity: changes.count)
            while index < halves.count, halves[index].family == family {
                builder.append(halves[index].node, halves[index].entry)
                index += 1
            }
            runs[family] = builder.finish()
        }
        self.init(range: sequence..<number, runs: runs)
    }

    /// This segment and the one that follows it, as one. Linear.
    func merged(with next: PendingSegment) -> PendingSegment {
        precondition(range.upperBound == next.range.lowerBound)
        return PendingSegment(
            range: range.lowerBound..<next.range.upperBound,
            runs: runs.merging(next.runs) { PendingRun.merged($0, $1) })
    }

    /// The same range with the changes of one family only.
    func only(_ family: ListFamily) -> PendingSegment {
        PendingSegment(range: range, runs: runs.filter { $0.key == family })
    }

    func restricted(to part: Range<UInt64>) -> PendingSegment {
        let kept = range.clamped(to: part)
        if kept == range { return self }
        return PendingSegment(range: kept, runs: runs.compactMapValues { $0.restricted(to: kept) })
    }
}

/// The changes of a range of sequence numbers as a snapshot sees them: immutable segments that
/// follow one another, older ones larger, like the levels of a log-structured merge tree. A new
/// commit adds a segment; snapshots that are open keep the array that they took, so nobody locks
/// and nothing is copied for them.
struct PendingIndex: Sendable {
    let range: Range<UInt64>
    let segments: [PendingSegment]

    /// An older segment is at least so many times larger than the next: a lookup meets few
    /// segments, and a change is copied a logarithmic number of times.
    private static let ratio = 4

    init(emptyAt sequence: UInt64) { self.init(sequence..<sequence, []) }

    private init(_ range: Range<UInt64>, _ segments: [PendingSegment]) {
        self.range = range
        self.segments = segments
    }

    var count: Int { range.count }

    /// Adds the segment that follows. Amortised: the segment's size times a logarithm.
    func appending(_ segment: PendingSegment) -> PendingIndex {
        precondition(segment.range.lowerBound == range.upperBound)
        guard segment.count > 0 else { return self }
        var segments = segments
        var last = segment
        while let previous = segments.last, previous.count < last.count * Self.ratio {
            last = previous.merged(with: last)
            segments.removeLast()
        }
        segments.append(last)
        return PendingIndex(range.lowerBound..<segment.range.upperBound, segments)
    }

    /// Adds the index that follows.
    func appending(_ next: PendingIndex) -> PendingIndex {
        next.segments.reduce(self) { $0.appending($1) }
    }

    /// Only the changes in `part`, which lies inside. Linear in the segments that it cuts.
    func restricted(to part: Range<UInt64>) -> PendingIndex {
        if part == range { return self }
        precondition(part.lowerBound >= range.lowerBound && part.upperBound <= range.upperBound)
        let kept = segments.filter { $0.range.overlaps(part) }
        return PendingIndex(part, kept.map { $0.restricted(to: part) })
    }

    /// Everything as one segment; nil where nothing is pending.
    func flattened() -> PendingSegment? {
        // From the newest, so that the small ones are merged first.
        guard var all = segments.last else { return nil }
        for segment in segments.dropLast().reversed() { all = segment.merged(with: all) }
        return all
    }

    /// The same range with the changes of one family only.
    func only(_ family: ListFamily) -> PendingIndex {
        PendingIndex(range, segments.map { $0.only(family) })
    }

    func runs(_ family: ListFamily) -> [PendingRun] {
        segments.compactMap { $0.runs[family] }
    }
}
