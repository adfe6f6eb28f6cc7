import GraphStore
import Values

/// Runs the items of SET and REMOVE, and those of MERGE's ON CREATE and ON MATCH.
///
/// In row order, each row seeing what earlier rows have written. Where it makes no difference (the
/// values do not depend on what is written) whole columns of values are computed first.
final class Setter {
    private struct Item {
        enum Change {
            case property(String, any ColumnExpression)
            case dynamicProperty(key: any ColumnExpression, any ColumnExpression)
            case replace(any ColumnExpression)
            case merge(any ColumnExpression)
            case addLabels(LabelList)
            case removeLabels(LabelList)
        }

        let target: any ColumnExpression
        let change: Change
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
        items = try operations.map { operation in
            switch operation {
            case .property(let target, let key, let value):
                Item(
                    target: try compiler.compile(target),
                    change: .property(key, try compiler.compile(value)))
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
        case .property(let key, let expression):
            let values = try expression.evaluate(batch)
            for row in 0..<batch.count {
                try updates.set(key, of: targets.value(row), to: values.value(row))
            }
        case .dynamicProperty(let key, let expression):
            let keys = try key.evaluate(batch)
            let values = try expression.evaluate(batch)
            for row in 0..<batch.count {
                let target = targets.value(row)
                if target.isNull { continue }
                for name in try tokenNames(in: keys.value(row), what: "property key") {
                    try updates.set(name, of: target, to: values.value(row))
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
