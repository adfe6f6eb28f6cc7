/// What pending changes come to for one list: the entries that the chunks lack, and those in the
/// chunks that are gone. Both in list order. Its memory is reused from list to list.
struct ListDelta {
    private(set) var additions: ContiguousArray<PendingEntry> = []
    private(set) var removals: ContiguousArray<PendingEntry> = []
    private var gathered: ContiguousArray<PendingEntry> = []
    private var merging: ContiguousArray<PendingEntry> = []

    var isEmpty: Bool { additions.isEmpty && removals.isEmpty }

    mutating func removeAll() {
        additions.removeAll(keepingCapacity: true)
        removals.removeAll(keepingCapacity: true)
    }

    /// Collects what `runs`, in the order of time, say of the node's entries from (neighbour,
    /// relationship) to the last one of neighbour `last`.
    mutating func gather(
        _ runs: ContiguousArray<PendingRun.View>, _ node: NodeID, from neighbour: NodeID,
        _ relationship: RelationshipID, upTo last: NodeID
    ) {
        removeAll()
        gathered.removeAll(keepingCapacity: true)
        for run in runs {
            let part = run.part(of: node)
            guard part >= 0 else { continue }
            var entries = run.entries(of: part)
            if neighbour > 0 || relationship > 0 {
                let start = Self.firstIndex(entries) {
                    $0.neighbour > neighbour
                        || $0.neighbour == neighbour && $0.relationship >= relationship
                }
                entries = .init(rebasing: entries[start...])
            }
            if last < .max {
                let end = Self.firstIndex(entries) { $0.neighbour > last }
                entries = .init(rebasing: entries[..<end])
            }
            add(entries)
        }
        gathered.withUnsafeBufferPointer { settle($0) }
    }

    private mutating func add(_ entries: UnsafeBufferPointer<PendingEntry>) {
        if gathered.isEmpty {
            gathered.append(contentsOf: entries)
            return
        }
        merging.removeAll(keepingCapacity: true)
        swap(&gathered, &merging)
        merging.withUnsafeBufferPointer { older in
            PendingRun.forEachMerged(older, entries) { gathered.append($0) }
        }
    }

    /// Replaces the content by what sorted changes of one list come to. An entry whose first
    /// change is its insertion is not in the chunks; whether it is in the list now says its last
    /// change.
    mutating func settle(_ changes: UnsafeBufferPointer<PendingEntry>) {
        removeAll()
        var index = 0
        while index < changes.count {
            let first = changes[index]
            var last = first
            index += 1
            while index < changes.count, changes[index].isSameEntry(as: first) {
                last = changes[index]
                index += 1
            }
            switch (first.isRemoval, last.isRemoval) {
            case (false, false): additions.append(last)
            case (true, true): removals.append(last)
            case (false, true), (true, false): break
            }
        }
    }

    private static func firstIndex(
        _ entries: UnsafeBufferPointer<PendingEntry>, where isReached: (PendingEntry) -> Bool
    ) -> Int {
        var (lower, upper) = (0, entries.count)
        while lower < upper {
            let middle = (lower + upper) / 2
            if isReached(entries[middle]) { upper = middle } else { lower = middle + 1 }
        }
        return lower
    }
}
