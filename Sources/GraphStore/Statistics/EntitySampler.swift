internal import LMDB

/// Chooses nodes with a label, or relationships of a type, at random, each as likely as any other.
/// The same ones each time for the same data, so that plans do.
///
/// What there are few of is walked whole, along the label index or the type's lists, and some are
/// chosen. In greater numbers ids are drawn from the whole span and taken where they exist. Landing
/// on the next id that exists would be cheaper, but prefer what follows a gap, of which deletions
/// and other labels make many. Where a label is sparse in its span, draws are of short blocks of
/// ids, all of whose nodes are taken: that leaves each node's chance the same, too.
struct EntitySampler {
    let view: GraphView
    /// Enough for an error of 1.6 percentage points.
    var sampleSize = 1_024
    /// Entities that are walked rather than drawn: about half a millisecond for a label's, a few
    /// for a type whose lists are short.
    var walkedWhole = 32_768
    /// Draws of one sample: a few milliseconds, a third of a microsecond each from memory.
    static let mostDraws = 16_384
    /// A smaller sample of many entities says too little.
    static let smallestSample = 64
    /// How many blocks are drawn for each node of a sparse label, so that nodes side by side, which
    /// are often alike, do not come together.
    private static let drawsPerNode = 4

    /// Ascending, all of them where they are no more than the sample's size; nil where they are too
    /// rare to be found by drawing.
    func sample(_ subject: PropertySubject, of count: Int) throws(StoreError)
        -> ContiguousArray<UInt64>?
    {
        var found: ContiguousArray<UInt64>
        switch subject.entity {
        case .node: found = try nodes(subject.labelOrType, of: count)
        case .relationship: found = try relationships(subject.labelOrType, of: count)
        }
        if found.count < min(count, Self.smallestSample) { return nil }
        Self.thin(&found, to: sampleSize)
        found.sort()
        return found
    }

    private func nodes(_ label: LabelID, of count: Int) throws(StoreError)
        -> ContiguousArray<UInt64>
    {
        let cursor = try view.transaction.openCursor(view.core.databases.labels)
        var found = ContiguousArray<UInt64>()
        /// From the first node that is not below `start`.
        func collect(from start: NodeID, below end: NodeID) {
            var isThere = LabelKey.encode(label, start).lend { cursor.seek($0) }
            while isThere, let node = LabelKey.node(cursor.key, of: label), node < end {
                found.append(node)
                isThere = cursor.next()
            }
        }
        if count <= walkedWhole {
            found.reserveCapacity(count)
            collect(from: 0, below: .max)
            return found
        }
        guard LabelKey.encode(label, 0).lend({ cursor.seek($0) }),
            let first = LabelKey.node(cursor.key, of: label),
            LabelKey.encode(label, .max).lend({ cursor.seek($0) })
                ? cursor.previous() : cursor.last(),
            let last = LabelKey.node(cursor.key, of: label)
        else { return [] }
        let span = last - first + 1
        let block = max(1, span / UInt64(count * Self.drawsPerNode))
        let draws = Double(sampleSize) * Double(span) / Double(block) / Double(count)
        for number in Self.draw(Int(draws.rounded(.up)), below: span / block + 1) {
            let start = first + number * block
            collect(from: start, below: start + block)
        }
        return found
    }

    private func relationships(_ type: TypeID, of count: Int) throws(StoreError)
        -> ContiguousArray<UInt64>
    {
        var found = ContiguousArray<UInt64>()
        if count <= walkedWhole {
            let reader = view.adjacency(type, .outgoing)
            var node = reader.nextNode(from: 0)
            while let start = node, start != .max {
                reader.forEachRun(of: start) { found.append(contentsOf: $1) }
                node = reader.nextNode(from: start + 1)
            }
            return found
        }
        let cursor = try view.transaction.openCursor(view.core.databases.relationships)
        let span = view.currentHeader.nextRelationship
        let draws = Double(sampleSize) * Double(span) / Double(count)
        for id in Self.draw(Int(min(draws, Double(Self.mostDraws)).rounded(.up)), below: span)
        where cursor.find(id) && StoredRelationship(cursor.value)?.type == type {
            found.append(id)
        }
        return found
    }

    // MARK: Chance

    /// Different numbers below a bound, ascending.
    private static func draw(_ count: Int, below bound: UInt64) -> ContiguousArray<UInt64> {
        var numbers = ContiguousArray(
            (0..<UInt64(min(count, mostDraws))).map {
                SplitMix.mixed($0).multipliedFullWidth(by: bound).high
            })
        numbers.sort()
        var kept = 0
        for place in numbers.indices where place == 0 || numbers[place] != numbers[place - 1] {
            numbers[kept] = numbers[place]
            kept += 1
        }
        numbers.removeLast(numbers.count - kept)
        return numbers
    }

    /// Keeps some, in their order: selection sampling (Knuth, The Art of Computer Programming,
    /// volume 2, algorithm S).
    private static func thin(_ ids: inout ContiguousArray<UInt64>, to size: Int) {
        if ids.count <= size { return }
        var kept = 0
        for place in ids.indices {
            let left = UInt64(ids.count - place)
            let chosen = SplitMix.mixed(UInt64(place)).multipliedFullWidth(by: left).high
            guard chosen < UInt64(size - kept) else { continue }
            ids[kept] = ids[place]
            kept += 1
        }
        ids.removeLast(ids.count - kept)
    }
}

extension LabelKey {
    /// The node of a key of this label.
    fileprivate static func node(_ key: UnsafeRawBufferPointer, of label: LabelID) -> NodeID? {
        guard key.count == byteCount, key.big(UInt32.self, at: 0) == label else { return nil }
        return key.big(UInt64.self, at: 4)
    }
}
