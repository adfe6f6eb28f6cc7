/// Cypher has two equalities.
///
/// *Equality* is what `=` asks and has three answers: `1 = 1.0` is true, `NaN = NaN` is false, and
/// whatever depends on a null is unknown. *Equivalence* is what grouping, DISTINCT and UNION ask
/// and has two: null is one group, and so is NaN. Both compare numbers exactly, strings by bytes,
/// and entities by id, whether they are references or copies.
extension Value {
    /// `left = right`; nil is unknown.
    public static func equals(_ left: Value, _ right: Value) -> Bool? {
        switch (left, right) {
        case (.null, _), (_, .null): nil
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): left == right
        case (.integer(let left), .float(let right)): Numbers.areEqual(left, right)
        case (.float(let left), .integer(let right)): Numbers.areEqual(right, left)
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.list(let left), .list(let right)): equals(left, right)
        case (.map(let left), .map(let right)): equals(left, right)
        case (.vector(let left), .vector(let right)): left == right
        case (.point(let left), .point(let right)): left == right
        default: isSameThing(left, right)
        }
    }

    /// `left` and `right` belong to one group.
    public static func isEquivalent(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.null, _), (_, .null): false
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.float(let left), .float(let right)): Numbers.areEquivalent(left, right)
        case (.integer(let left), .float(let right)): Numbers.areEqual(left, right)
        case (.float(let left), .integer(let right)): Numbers.areEqual(right, left)
        case (.string(let left), .string(let right)): left.hasSameBytes(as: right)
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy(isEquivalent)
        case (.map(let left), .map(let right)):
            left.count == right.count
                && left.allSatisfy { key, value in
                    right[key].map { isEquivalent(value, $0) } ?? false
                }
        case (.vector(let left), .vector(let right)):
            left.count == right.count
                && zip(left, right).allSatisfy { Numbers.areEquivalent(Double($0), Double($1)) }
        case (.point(let left), .point(let right)):
            left.system == right.system && Numbers.areEquivalent(left.x, right.x)
                && Numbers.areEquivalent(left.y, right.y)
                && Numbers.areEquivalent(left.z, right.z)
        default: isSameThing(left, right)
        }
    }

    /// `element IN list`; nil is unknown: no element is equal, and some might be.
    public static func contains(_ list: [Value], _ element: Value) -> Bool? {
        var isUnknown = false
        for candidate in list {
            switch equals(candidate, element) {
            case true?: return true
            case nil: isUnknown = true
            case false?: break
            }
        }
        return isUnknown ? nil : false
    }

    /// The kinds whose equality and equivalence are one: no null and no NaN is inside them.
    private static func isSameThing(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.bytes(let left), .bytes(let right)): left == right
        case (.date(let left), .date(let right)): left == right
        case (.localTime(let left), .localTime(let right)): left == right
        case (.time(let left), .time(let right)): left == right
        case (.localDateTime(let left), .localDateTime(let right)): left == right
        case (.dateTime(let left), .dateTime(let right)): left == right
        case (.duration(let left), .duration(let right)): left == right
        default:
            if let leftID = left.nodeID, let rightID = right.nodeID {
                leftID == rightID
            } else if let leftID = left.relationshipID, let rightID = right.relationshipID {
                leftID == rightID
            } else if let leftIDs = left.pathIDs, let rightIDs = right.pathIDs {
                leftIDs == rightIDs
            } else {
                false
            }
        }
    }

    /// One pair that differs decides, also behind an unknown one.
    private static func equals(_ left: [Value], _ right: [Value]) -> Bool? {
        guard left.count == right.count else { return false }
        var isUnknown = false
        for (left, right) in zip(left, right) {
            switch equals(left, right) {
            case false?: return false
            case nil: isUnknown = true
            case true?: break
            }
        }
        return isUnknown ? nil : true
    }

    private static func equals(_ left: ValueMap, _ right: ValueMap) -> Bool? {
        guard left.count == right.count, left.keys.allSatisfy({ right[$0] != nil }) else {
            return false
        }
        var isUnknown = false
        for (key, value) in left {
            switch equals(value, right[key] ?? .null) {
            case false?: return false
            case nil: isUnknown = true
            case true?: break
            }
        }
        return isUnknown ? nil : true
    }
}

/// What identifies an entity, whether it is a reference or a copy.
extension Value {
    public var nodeID: UInt64? {
        switch self {
        case .nodeReference(let id): id
        case .node(let node): node.id
        default: nil
        }
    }

    public var relationshipID: UInt64? {
        switch self {
        case .relationshipReference(let id): id
        case .relationship(let relationship): relationship.id
        default: nil
        }
    }

    /// Node and relationship ids in turn, from the start to the end.
    var pathIDs: [UInt64]? {
        func alternate(_ nodes: [UInt64], _ relationships: [UInt64]) -> [UInt64] {
            var ids = Array(nodes.prefix(1))
            for (relationship, node) in zip(relationships, nodes.dropFirst()) {
                ids.append(relationship)
                ids.append(node)
            }
            return ids
        }
        switch self {
        case .pathReference(let path): return alternate(path.nodes, path.relationships)
        case .path(let path):
            return alternate(path.nodes.map(\.id), path.relationships.map(\.id))
        default: return nil
        }
    }

    @inlinable public var isNull: Bool {
        if case .null = self { true } else { false }
    }
}
