import Cypher
import Values

/// What steps read of the graph and what they write. A write must not be seen by a read that
/// Cypher's clauses put before it, nor missed by one behind it; batches run several clauses in
/// step, so where the two touch, an eager barrier goes between them.
struct Effects {
    var reads = Reads()
    var writes = Writes()

    struct Reads {
        /// Labels of label scans; nil in it is a scan of all nodes.
        var scans: [String?] = []
        var scannedSlots: [Slot] = []
        var types = NameSet()
        var properties: [PropertyAccess] = []
        /// Properties whose index is read while rows flow.
        var indexedKeys = NameSet()
        var labels = NameSet()
        var labelSlots: [Slot?] = []

        var isEmpty: Bool {
            scans.isEmpty && types.isEmpty && properties.isEmpty && labels.isEmpty
                && indexedKeys.isEmpty
        }
    }

    struct Writes {
        /// Labels of created nodes; nil where they are not known.
        var nodes: [[String]?] = []
        var types = NameSet()
        var properties: [PropertyAccess] = []
        var labels = NameSet()
        var labelSlots: [Slot?] = []
        /// Nodes that are there and get new relationships.
        var connected: [Slot?] = []
        /// Slots whose entities are deleted; nil for any other expression.
        var deletes: [Slot?] = []

        var isEmpty: Bool {
            nodes.isEmpty && types.isEmpty && properties.isEmpty && labels.isEmpty
                && deletes.isEmpty
        }
    }

    struct PropertyAccess {
        /// nil: any of them.
        let key: String?
        /// nil: of an entity that is not simply a slot's.
        let slot: Slot?
    }

    mutating func formUnion(_ other: Effects) {
        reads.scans += other.reads.scans
        reads.scannedSlots += other.reads.scannedSlots
        reads.types.formUnion(other.reads.types)
        reads.properties += other.reads.properties
        reads.indexedKeys.formUnion(other.reads.indexedKeys)
        reads.labels.formUnion(other.reads.labels)
        reads.labelSlots += other.reads.labelSlots
        writes.nodes += other.writes.nodes
        writes.types.formUnion(other.writes.types)
        writes.properties += other.writes.properties
        writes.labels.formUnion(other.writes.labels)
        writes.labelSlots += other.writes.labelSlots
        writes.connected += other.writes.connected
        writes.deletes += other.writes.deletes
    }

    /// Whether one side's writes touch the other's reads. `distinct`: slots that hold another
    /// entity in every row, so that reading and writing such a slot stays within the row.
    func conflicts(with other: Effects, distinct: SlotSet) -> Bool {
        Effects.touch(reads, other.writes, distinct)
            || Effects.touch(other.reads, writes, distinct)
            || Effects.overwrite(writes, other.writes, distinct)
    }

    /// Whether the order of two clauses' writes can be seen: both write the same of what two slots
    /// hold, which may be one entity in different rows, or one deletes what the other writes to.
    /// Through one slot each row does both, and the last row wins either way.
    private static func overwrite(_ one: Writes, _ two: Writes, _ distinct: SlotSet) -> Bool {
        func differ(_ left: Slot?, _ right: Slot?) -> Bool { left == nil || left != right }
        for write in one.properties {
            for other in two.properties where differ(write.slot, other.slot) {
                guard let key = write.key, let otherKey = other.key else { return true }
                if sameName(key, otherKey) { return true }
            }
        }
        let labelled = (one.labelSlots, two.labelSlots)
        if one.labels.intersects(two.labels),
            labelled.0.contains(where: { slot in labelled.1.contains { differ(slot, $0) } })
        {
            return true
        }
        for (deleting, setting) in [(one, two), (two, one)] {
            let set = setting.properties.map(\.slot) + setting.labelSlots + setting.connected
            if deleting.deletes.isEmpty || set.isEmpty { continue }
            if !stayWithinRow(deleting.deletes + set, distinct) { return true }
        }
        return false
    }

    private static func touch(_ reads: Reads, _ writes: Writes, _ distinct: SlotSet) -> Bool {
        if writes.isEmpty || reads.isEmpty { return false }
        for label in reads.scans {
            for created in writes.nodes {
                guard let label, let created else { return true }
                if created.contains(where: { sameName($0, label) }) { return true }
            }
            if let label, writes.labels.contains(label) { return true }
        }
        if reads.types.intersects(writes.types) { return true }
        for write in writes.properties {
            if reads.indexedKeys.intersects(write.key) { return true }
            for read in reads.properties where read.mayBe(write, distinct) { return true }
        }
        if reads.labels.intersects(writes.labels) {
            let slots = reads.labelSlots + writes.labelSlots
            if !stayWithinRow(slots, distinct) { return true }
        }
        if !writes.deletes.isEmpty {
            if !reads.types.isEmpty || reads.scans.count > 1 { return true }
            let slots =
                writes.deletes + reads.properties.map(\.slot) + reads.labelSlots
                + reads.scannedSlots
            if !stayWithinRow(slots, distinct) { return true }
        }
        return false
    }

    private static func stayWithinRow(_ slots: [Slot?], _ distinct: SlotSet) -> Bool {
        guard let first = slots.first, let first, distinct.contains(first) else { return false }
        return slots.allSatisfy { $0 == first }
    }
}

extension Effects.PropertyAccess {
    fileprivate func mayBe(_ other: Effects.PropertyAccess, _ distinct: SlotSet) -> Bool {
        if let key, let otherKey = other.key, !sameName(key, otherKey) { return false }
        guard let slot, let otherSlot = other.slot else { return true }
        return slot != otherSlot || !distinct.contains(slot)
    }
}

/// Some names, or all there are.
struct NameSet {
    private var names: [String] = []
    private var isAll = false

    var isEmpty: Bool { !isAll && names.isEmpty }

    mutating func insert(_ name: String) {
        if !names.contains(where: { sameName($0, name) }) { names.append(name) }
    }

    mutating func insertAll() { isAll = true }

    mutating func formUnion(_ other: NameSet) {
        if other.isAll { isAll = true }
        for name in other.names { insert(name) }
    }

    func contains(_ name: String) -> Bool {
        isAll || names.contains { sameName($0, name) }
    }

    func intersects(_ other: NameSet) -> Bool {
        if isEmpty || other.isEmpty { return false }
        return isAll || other.isAll || names.contains { other.contains($0) }
    }

    /// nil stands for any name.
    func intersects(_ name: String?) -> Bool {
        if let name { return contains(name) }
        return !isEmpty
    }
}
