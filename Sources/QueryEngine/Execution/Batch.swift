public import Values

/// Some two thousand rows as columns. A slot without a column is not carried at this place of the
/// plan. All columns that are there hold `count` rows.
///
/// Rows that a filter drops are gone from the columns (survivors are gathered): there is no
/// selection vector, so every kernel runs over whole arrays.
public struct Batch: Sendable {
    public var count: Int
    /// Indexed by slot.
    public var columns: [Column?]
    /// Properties and types of relationships in some of the columns that were read with them.
    var listed: [ListedPart] = []

    /// Rows that an operator aims to put in a batch. Tests run everything again at 2.
    public static let defaultCapacity = 2048

    public init(count: Int, slotCount: Int) {
        self.count = count
        columns = Array(repeating: nil, count: slotCount)
    }

    public subscript(slot: Slot) -> Column {
        get {
            guard let column = columns[slot] else {
                preconditionFailure("slot \(slot) is not carried here")
            }
            return column
        }
        set {
            columns[slot] = newValue
            if !listed.isEmpty { listed.removeAll { $0.relationship == slot } }
        }
    }
}

/// A part of a column's relationships that an expansion knows: the property from a copy beside its
/// lists in memory, the type from the list. Later steps would have to look up each relationship.
struct ListedPart: Sendable {
    enum Part: Sendable {
        case property(String)
        case type
    }

    let relationship: Slot
    let part: Part
    let column: Column

    /// The same of other rows.
    func with(_ column: Column) -> ListedPart {
        ListedPart(relationship: relationship, part: part, column: column)
    }
}

extension Batch {
    /// A property of the relationships in a slot, where it was read with them.
    func listedProperty(_ key: String, of relationship: Slot) -> Column? {
        for listed in listed where listed.relationship == relationship {
            if case .property(let name) = listed.part, name.hasSameBytes(as: key) {
                return listed.column
            }
        }
        return nil
    }

    /// The types of the relationships in a slot, where they were read with them.
    func listedTypes(of relationship: Slot) -> Column? {
        for listed in listed where listed.relationship == relationship {
            if case .type = listed.part { return listed.column }
        }
        return nil
    }
}
