import Values

/// What a list of SET items reads, and which entity they write.
struct SetFacts {
    /// The one slot whose entity all items write; nil where there are several or none.
    private(set) var target: Slot?
    private(set) var reads = ExpressionReads()
    private let itemCount: Int
    /// The names of the properties that are set; nil where labels are too, or what maps hold.
    private var properties: [String]? = []

    var slots: [Slot] { Array(reads.slots) }

    init(_ operations: [SetOperation]) {
        itemCount = operations.count
        var targets: Set<Slot?> = []
        func note(target: BoundExpression) {
            if case .slot(let slot) = target { targets.insert(slot) } else { targets.insert(nil) }
            reads.add(target)
        }
        for operation in operations {
            switch operation {
            case .property(let entity, let name, let value):
                properties?.append(name)
                note(target: entity)
                reads.add(value)
            case .dynamicProperty(let entity, let key, let value):
                properties = nil
                note(target: entity)
                reads.add(key)
                reads.add(value)
            case .replace(let entity, let map), .merge(let entity, let map):
                properties = nil
                note(target: entity)
                reads.add(map)
            case .addLabels(let entity, let names), .removeLabels(let entity, let names):
                properties = nil
                note(target: entity)
                for name in names { add(name) }
            }
        }
        if targets.count == 1, let only = targets.first { target = only }
    }

    private mutating func add(_ label: BoundLabels) {
        switch label {
        case .name, .wildcard: break
        case .and(let left, let right), .or(let left, let right):
            add(left)
            add(right)
        case .not(let operand): add(operand)
        case .dynamic(let expression), .dynamicAny(let expression): reads.add(expression)
        }
    }

    /// Whether it makes no difference if later rows are looked up by those properties, and created,
    /// before this is done for a row.
    func mayWait(forSearchesBy names: [String]) -> Bool {
        guard let properties, !reads.looksElsewhere else { return false }
        return !properties.contains { names.contains($0) }
    }

    /// Whether item after item over the whole batch does the same as row after row: rows read no
    /// entity but the one that they write, and no two rows write the same one, as far as that
    /// matters.
    func mayRunByColumns(_ batch: Batch) -> Bool {
        guard let target, !reads.looksElsewhere else { return false }
        let others = reads.propertiesOf.subtracting([target])
        guard others.allSatisfy({ batch.columns[$0]?.holdsNoEntity ?? false }) else {
            return false
        }
        let readsItself = reads.propertiesOf.contains(target)
        return (itemCount == 1 && !readsItself) || batch[target].hasNoDuplicateEntity
    }
}

extension Column {
    /// Whether no entity occurs in two rows.
    var hasNoDuplicateEntity: Bool {
        switch self {
        case .nodes(let ids), .relationships(let ids):
            if ids.count < 2 { return true }
            // The usual case, a scan's order, needs no table.
            var isAscending = true
            for row in 1..<ids.count where ids[row] <= ids[row - 1] {
                isAscending = false
                break
            }
            if isAscending { return true }
            var seen = Set<UInt64>(minimumCapacity: ids.count)
            return ids.allSatisfy { $0 == Column.absent || seen.insert($0).inserted }
        default: return false
        }
    }
}
