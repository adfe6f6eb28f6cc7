import Cypher

/// What the whole of one statement shares while it is bound and planned: its slots, its arguments,
/// the advice collected on the way.
final class BindingContext {
    let catalog: any Catalog
    let functions: any FunctionCatalog
    let procedures: ProcedureRegistry
    private(set) var slotNames: [String] = []
    private(set) var notifications: [Notification] = []
    private var argumentCount = 0
    var managesTransactions = false
    var callsWritingProcedure = false
    /// How deep expressions and subqueries are nested here.
    var depth = 0

    /// Deeper statements are refused rather than risked: every level costs stack.
    static let maximumDepth = 400

    init(
        catalog: any Catalog, functions: any FunctionCatalog, procedures: ProcedureRegistry
    ) {
        self.catalog = catalog
        self.functions = functions
        self.procedures = procedures
        slotNames.reserveCapacity(16)
    }

    func makeSlot(_ name: String) -> Slot {
        slotNames.append(name)
        return slotNames.count - 1
    }

    /// A temporary that turns out to be a column is shown under the column's name.
    func name(_ slot: Slot, _ name: String) {
        if slotNames[slot].hasPrefix("anon_") { slotNames[slot] = name }
    }

    func makeTemporary() -> Slot {
        let place = slotNames.count
        return makeSlot(
            place < Self.temporaryNames.count ? Self.temporaryNames[place] : "anon_\(place)")
    }

    /// Of the first slots: putting a name together takes longer than most of what is done with it.
    private static let temporaryNames = (0..<64).map { "anon_\($0)" }

    func makeArgument() -> ArgumentID {
        argumentCount += 1
        return argumentCount - 1
    }

    func notify(_ notification: Notification) {
        let known = notifications.contains {
            $0.code == notification.code && $0.description == notification.description
        }
        if !known { notifications.append(notification) }
    }
}
