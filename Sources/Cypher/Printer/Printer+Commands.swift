extension Printer {
    mutating func write(_ statement: Statement) {
        switch statement.mode {
        case .execute: break
        case .explain: write("EXPLAIN ")
        case .profile: write("PROFILE ")
        }
        switch statement.body {
        case .query(let query): write(query, separator: "\n")
        case .schema(let command): write(command)
        case .show(let command): write(command)
        }
    }

    private mutating func write(_ command: SchemaCommand) {
        switch command {
        case .createIndex(let index): write(index)
        case .createConstraint(let constraint): write(constraint)
        case .dropIndex(let name, let ifExists):
            write("DROP INDEX ")
            write(schemaName: name)
            if ifExists { write(" IF EXISTS") }
        case .dropConstraint(let name, let ifExists):
            write("DROP CONSTRAINT ")
            write(schemaName: name)
            if ifExists { write(" IF EXISTS") }
        }
    }

    private mutating func write(_ index: CreateIndex) {
        write("CREATE \(index.kind.rawValue.uppercased()) INDEX")
        write(name: index.name, ifNotExists: index.ifNotExists)
        let variable = index.target.isRelationship ? "r" : "n"
        write(" FOR ")
        write(index.target, variable)
        switch index.kind {
        case .lookup:
            write(index.target.isRelationship ? " ON EACH type(r)" : " ON EACH labels(n)")
        case .fulltext:
            write(" ON EACH [")
            write(properties: index.target.properties, of: variable)
            write("]")
        default:
            write(" ON (")
            write(properties: index.target.properties, of: variable)
            write(")")
        }
        write(options: index.options)
    }

    private mutating func write(_ constraint: CreateConstraint) {
        write("CREATE CONSTRAINT")
        write(name: constraint.name, ifNotExists: constraint.ifNotExists)
        let isRelationship = constraint.target.isRelationship
        let variable = isRelationship ? "r" : "n"
        write(" FOR ")
        write(constraint.target, variable)
        write(" REQUIRE (")
        write(properties: constraint.target.properties, of: variable)
        write(") IS ")
        switch constraint.kind {
        case .unique: write("UNIQUE")
        case .exists: write("NOT NULL")
        case .key: write(isRelationship ? "RELATIONSHIP KEY" : "NODE KEY")
        case .type(let type):
            write(":: ")
            write(type)
        }
        write(options: constraint.options)
    }

    private mutating func write(name: SchemaName?, ifNotExists: Bool) {
        if let name {
            write(" ")
            write(schemaName: name)
        }
        if ifNotExists { write(" IF NOT EXISTS") }
    }

    /// A name that cannot be taken for the word that follows it.
    private mutating func write(schemaName: SchemaName) {
        switch schemaName {
        case .parameter(let name): write(Expression(.parameter(name.text), name.range))
        case .name(let name):
            switch name.text.lowercased() {
            case "if", "for", "on": write("`\(name.text)`")
            default: write(variable: name)
            }
        }
    }

    private mutating func write(_ target: SchemaTarget, _ variable: String) {
        write(target.isRelationship ? "()-[" : "(")
        write(variable)
        if !target.labelsOrTypes.isEmpty { write(":") }
        write(target.labelsOrTypes, separator: "|") { $0.write(name: $1) }
        write(target.isRelationship ? "]-()" : ")")
    }

    private mutating func write(properties: [Name], of variable: String) {
        write(properties) { printer, property in
            printer.write(variable + ".")
            printer.write(name: property)
        }
    }

    private mutating func write(options: Expression?) {
        guard let options else { return }
        write(" OPTIONS ")
        write(options)
    }

    private mutating func write(_ command: ShowCommand) {
        switch command.kind {
        case .terminateTransactions: write("TERMINATE TRANSACTIONS")
        default:
            write("SHOW ")
            if let filter = command.filter { write(filter.uppercased() + " ") }
            switch command.kind {
            case .databases where !command.arguments.isEmpty: write("DATABASE")
            case .databases where command.filter != nil: write("DATABASE")
            default: write(command.kind.rawValue)
            }
        }
        if !command.arguments.isEmpty {
            write(" ")
            write(command.arguments) { printer, argument in
                if command.kind == .databases, case .string(let name) = argument.kind {
                    printer.write(variable: name)
                } else {
                    printer.write(argument)
                }
            }
        }
        if let yield = command.yield { write(yield) }
        write(where: command.predicate)
        if let returns = command.returns {
            write(" RETURN")
            write(returns)
        }
    }
}
