import GraphStore
import Values

/// Runs the items of SET and REMOVE, and those of MERGE's ON CREATE and ON MATCH.
///
/// In row order, each row seeing what earlier rows have written. Where it makes no difference (the
/// values do not depend on what is written) whole columns of values are computed first.
final class Setter {
    private struct Item {
        enum Change {
            /// Different properties, none of whose values depends on another of them.
            case properties([(name: String, value: any ColumnExpression)])
            case dynamicProperty(key: any ColumnExpression, any ColumnExpression)
            case replace(any ColumnExpression)
            case merge(any ColumnExpression)
            case addLabels(LabelList)
            case removeLabels(LabelList)
        }

        let target: any ColumnExpression
        var change: Change
    }

    private let items: [Item]
    private let updates: EntityUpdates
    let facts: SetFacts

    var isEmpty: Bool { items.isEmpty }
    /// Those that it looks at.
    var slots: [Slot] { facts.slots }

    init(_ operations: [SetOperation], writer: GraphWriter, compiler: ExpressionCompiler) throws {
        updates = EntityUpdates(writer: writer, context: compiler.context)
        facts = SetFacts(operations)
        var items: [Item] = []
        var group = PropertyGroup()
        for operation in operations {
            if case .property(let target, let name, let value) = operation,
                group.takes(target, name, value), case .properties(let others)? = items.last?.change
            {
                let property = (name: name, value: try compiler.compile(value))
                items[items.count - 1].change = .properties(others + [property])
            } else {
                group = PropertyGroup(operation)
                items.append(try Self.item(operation, compiler))
            }
        }
        self.items = items
    }

    private static func item(_ operation: SetOperation, _ compiler: ExpressionCompiler) throws
        -> Item
    {
        switch operation {
        case .property(let target, let name, let value):
            Item(
                target: try compiler.compile(target),
                change: .properties([(name, try compiler.compile(value))]))
        case .dynamicProperty(let target, let key, let value):
            Item(
                target: try compiler.compile(target),
                change: .dynamicProperty(
                    key: try compiler.compile(key), try compiler.compile(value)))
        case .replace(let target, let map):
            Item(
                target: try compiler.compile(target),
                change: .replace(try compiler.compile(map)))
        case .merge(let target, let map):
            Item(
                target: try compiler.compile(target),
                change: .merge(try compiler.compile(map)))
        case .addLabels(let target, let labels):
            Item(
                target: try compiler.compile(target),
                change: .addLabels(try LabelList(labels, compiler: compiler)))
        case .removeLabels(let target, let labels):
            Item(
                target: try compiler.compile(target),
                change: .removeLabels(try LabelList(labels, compiler: compiler)))
        }
    }

    func apply(_ batch: Batch) throws {
        if items.isEmpty || batch.count == 0 { return }
        if batch.count == 1 || facts.mayRunByColumns(batch) {
            for item in items { try run(item, batch) }
            return
        }
        let needed = batch.keeping(facts.slots)
        for row in 0..<batch.count {
            let single = needed.sliced(row..<row + 1)
            for item in items { try run(item, single) }
        }
    }

    private func run(_ item: Item, _ batch: Batch) throws {
        let targets = try item.target.evaluate(batch)
        switch item.change {
        case .properties(let properties):
            var assignments = EntityUpdates.Assignments(
                try properties.map { ($0.name, try $0.value.evaluate(batch)) })
            for row in 0..<batch.count {
                try updates.set(&assignments, row, of: targets.value(row))
            }
        case .dynamicProperty(let key, let expression):
            let keys = try key.evaluate(batch)
            let values = try expression.evaluate(batch)
            for row in 0..<batch.count {
                let target = targets.value(row)
                if target.isNull { continue }
                for name in try tokenNames(in: keys.value(row), what: "property key") {
                    var assignment = EntityUpdates.Assignments([(name, values)])
                    try updates.set(&assignment, row, of: target)
                }
            }
        case .replace(let expression):
            let maps = try expression.evaluate(batch)
            for row in 0..<batch.count {
                try updates.replace(targets.value(row), with: maps.value(row))
            }
        case .merge(let expression):
            let maps = try expression.evaluate(batch)
            for row in 0..<batch.count {
                try updates.merge(targets.value(row), with: maps.value(row))
            }
        case .addLabels(let labels):
            let names = try labels.evaluate(batch)
            for row in 0..<batch.count {
                try updates.add(try names(row), to: targets.value(row))
            }
        case .removeLabels(let labels):
            let names = try labels.evaluate(batch)
            for row in 0..<batch.count {
                try updates.remove(try names(row), from: targets.value(row))
            }
        }
    }
}

/// The properties of one variable that items of SET, one after another, set in a single write.
private struct PropertyGroup {
    private var target: Slot?
    private var names: [String] = []

    init() {}

    init(_ operation: SetOperation) {
        guard case .property(.slot(let slot), let name, _) = operation else { return }
        target = slot
        names = [name]
    }

    /// Whether the next item is one more of them: another property of the variable, whose value is
    /// the same before and after the others are set.
    mutating func takes(_ target: BoundExpression, _ name: String, _ value: BoundExpression)
        -> Bool
    {
        guard case .slot(let slot) = target, slot == self.target, !names.contains(name) else {
            return false
        }
        var reads = ExpressionReads()
        reads.add(value)
        guard reads.areIndependent(of: names) else { return false }
        names.append(name)
        return true
    }
}
