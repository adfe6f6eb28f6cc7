extension Printer {
    mutating func write(_ pattern: Pattern) {
        write(pattern.paths) { $0.write($1) }
    }

    mutating func write(_ path: PathPattern) {
        if let variable = path.variable {
            write(variable: variable)
            write(" = ")
        }
        switch path.selector {
        case .all: break
        case .shortestPath, .allShortestPaths:
            write(path.selector == .shortestPath ? "shortestPath(" : "allShortestPaths(")
            write(path.elements)
            write(")")
            return
        case .shortest(let count): write("SHORTEST \(count) ")
        case .shortestGroups(let count): write("SHORTEST \(count) GROUPS ")
        case .allShortest: write("ALL SHORTEST ")
        case .anyShortest: write("ANY SHORTEST ")
        case .any(let count): write("ANY \(count) ")
        }
        write(path.elements)
    }

    private mutating func write(_ elements: [PatternElement]) {
        var previousIsRelationship = true
        for element in elements {
            switch element {
            case .node(let node):
                if !previousIsRelationship { write(" ") }
                write(node)
                previousIsRelationship = false
            case .relationship(let relationship):
                write(relationship)
                previousIsRelationship = true
            case .quantified(let path):
                if !previousIsRelationship { write(" ") }
                write("(")
                write(path.elements)
                write(where: path.predicate)
                write(")")
                write(quantifier: path.length)
                previousIsRelationship = false
            }
        }
    }

    private mutating func write(_ node: NodePattern) {
        write("(")
        write(
            variable: node.variable, labels: node.labels, length: nil,
            properties: node.properties, predicate: node.predicate)
        write(")")
    }

    private mutating func write(_ relationship: RelationshipPattern) {
        write(relationship.direction == .incoming ? "<-" : "-")
        if relationship.variable != nil || relationship.types != nil
            || relationship.properties != nil || relationship.predicate != nil
            || relationship.length != nil
        {
            write("[")
            write(
                variable: relationship.variable, labels: relationship.types,
                length: relationship.length, properties: relationship.properties,
                predicate: relationship.predicate)
            write("]")
        }
        write(relationship.direction == .outgoing ? "->" : "-")
    }

    private mutating func write(
        variable: Name?, labels: LabelExpression?, length: PathLength?,
        properties: Expression?, predicate: Expression?
    ) {
        var isEmpty = true
        if let variable {
            write(variable: variable)
            isEmpty = false
        }
        if let labels {
            write(":")
            write(labels)
            isEmpty = false
        }
        if let length {
            write("*")
            write(length)
            isEmpty = false
        }
        if let properties {
            if !isEmpty { write(" ") }
            write(properties)
            isEmpty = false
        }
        if let predicate {
            write(isEmpty ? "WHERE " : " WHERE ")
            write(predicate)
        }
    }

    mutating func write(where predicate: Expression?) {
        guard let predicate else { return }
        write(" WHERE ")
        write(predicate)
    }

    /// Behind a star: `2`, `1..3`, `0..`; nothing for the usual one or more.
    private mutating func write(_ length: PathLength) {
        if length.minimum == length.maximum {
            write("\(length.minimum)")
        } else if length != PathLength(minimum: 1, maximum: nil) {
            write("\(length.minimum)..")
            if let maximum = length.maximum { write("\(maximum)") }
        }
    }

    private mutating func write(quantifier length: PathLength) {
        switch (length.minimum, length.maximum) {
        case (0, nil): write("*")
        case (1, nil): write("+")
        case (let minimum, let maximum?) where minimum == maximum: write("{\(minimum)}")
        case (let minimum, let maximum):
            write("{\(minimum),")
            if let maximum { write("\(maximum)") }
            write("}")
        }
    }

    // MARK: Labels and types

    mutating func write(_ labels: LabelExpression) { write(labels, within: 0) }

    /// 0: alternatives, 1: conjunctions, 2: terms.
    private mutating func write(_ labels: LabelExpression, within level: Int) {
        let own =
            switch labels {
            case .or: 0
            case .and: 1
            default: 2
            }
        if own < level { write("(") }
        switch labels {
        case .name(let name): write(name: name)
        case .or(let left, let right):
            write(left, within: 0)
            write("|")
            write(right, within: 0)
        case .and(let left, let right):
            write(left, within: 1)
            write("&")
            write(right, within: 1)
        case .not(let inner):
            write("!")
            write(inner, within: 2)
        case .wildcard: write("%")
        case .dynamic(let label):
            write("$(")
            write(label)
            write(")")
        case .dynamicAny(let labels):
            write("$any(")
            write(labels)
            write(")")
        }
        if own < level { write(")") }
    }

    mutating func write(_ type: ValueType) {
        switch type {
        case .null: write("NULL")
        case .boolean: write("BOOLEAN")
        case .integer: write("INTEGER")
        case .float: write("FLOAT")
        case .string: write("STRING")
        case .date: write("DATE")
        case .localTime: write("LOCAL TIME")
        case .zonedTime: write("ZONED TIME")
        case .localDateTime: write("LOCAL DATETIME")
        case .zonedDateTime: write("ZONED DATETIME")
        case .duration: write("DURATION")
        case .point: write("POINT")
        case .node: write("NODE")
        case .relationship: write("RELATIONSHIP")
        case .path: write("PATH")
        case .map: write("MAP")
        case .any: write("ANY")
        case .propertyValue: write("PROPERTY VALUE")
        case .nothing: write("NOTHING")
        case .list(let element):
            write("LIST<")
            write(element)
            write(">")
        case .union(let members):
            write("ANY<")
            write(members, separator: " | ") { $0.write($1) }
            write(">")
        case .notNull(let inner):
            write(inner)
            write(" NOT NULL")
        }
    }
}
