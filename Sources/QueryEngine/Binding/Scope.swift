import Cypher

/// A name that expressions can use, and the slot behind it.
struct Variable: Sendable {
    let name: String
    var slot: Slot
    var type: StaticType
    /// A path is put together only where it is used: until a projection has done so, this is how.
    var definition: BoundExpression?

    init(_ name: String, slot: Slot, type: StaticType, definition: BoundExpression? = nil) {
        self.name = name
        self.slot = slot
        self.type = type
        self.definition = definition
    }

    var expression: BoundExpression { definition ?? .slot(slot) }
}

/// The variables that can be seen at one place. A later one hides an earlier one of its name.
struct Scope: Sendable {
    private(set) var variables: [Variable] = []

    subscript(name: String) -> Variable? { place(of: name).map { variables[$0] } }

    /// Where the variable stands that a name means.
    func place(of name: String) -> Int? {
        for place in variables.indices.reversed() where sameName(variables[place].name, name) {
            return place
        }
        return nil
    }

    mutating func reserve(_ count: Int) { variables.reserveCapacity(count) }

    mutating func declare(_ variable: Variable) { variables.append(variable) }

    mutating func removeLast(_ count: Int = 1) { variables.removeLast(count) }

    var names: [String] { variables.map(\.name) }

    /// Slots that expressions can reach, those of which a path is put together among them.
    var slots: SlotSet {
        var slots = SlotSet()
        for variable in variables {
            slots.insert(variable.slot)
            variable.definition?.addSlots(to: &slots)
        }
        return slots
    }
}
