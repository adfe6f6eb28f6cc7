import Cypher
import Values

/// `shortestPath()`, `SHORTEST k`, `ANY`, …: patterns that choose among the paths they match.
extension Binder {
    func bindSelected(
        _ path: PathPattern, _ slots: [Slot], _ declaration: PatternDeclaration,
        into graph: inout QueryGraph
    ) throws(QueryError) {
        guard let selection = path.selector.selection else { return }
        var own = QueryGraph()
        try bindElements(of: path, slots, declaration, into: &own)
        if path.isSearchedAsOne, try search(path, selection, &own) {
            graph.merge(inPlace: own)
            return
        }
        if path.isFunction {
            throw QueryError(
                .unsupported, "A shortest path goes over one relationship pattern.",
                at: path.range)
        }
        try select(path, selection, own, slots, into: &graph)
    }

    /// One relationship pattern between two nodes is searched from both ends. Returns whether it
    /// can be.
    private func search(
        _ path: PathPattern, _ selection: PathSelection, _ graph: inout QueryGraph
    ) throws(QueryError) -> Bool {
        guard let place = graph.relationships.indices.last else { return false }
        var relationship = graph.relationships[place]
        let length: PathLength
        switch relationship.shape {
        case .variable(let bounds): length = bounds
        case .single: length = PathLength(minimum: 1, maximum: 1)
        case .quantified, .shortest, .selected: return false
        }
        var search = ShortestSearch(
            length: length, selection: selection, isFunction: path.isFunction)
        if !path.isFunction {
            // What stands inside of the pattern says which paths there are to choose from.
            graph.predicates.removeAll { predicate in
                guard predicate.needs.contains(relationship.slot) else { return false }
                search.conditions.append(predicate.expression)
                return true
            }
        }
        relationship.shape = .shortest(search)
        graph.relationships[place] = relationship
        return true
    }

    /// Any other path is matched whole for each pair of ends.
    private func select(
        _ path: PathPattern, _ selection: PathSelection, _ own: QueryGraph, _ slots: [Slot],
        into graph: inout QueryGraph
    ) throws(QueryError) {
        guard let first = slots.first, let last = slots.last else { return }
        var inner = own
        let ends = SlotSet([first, last])
        // The ends are found outside, by whatever conditions say about them alone.
        for node in own.nodes where ends.contains(node.slot) { graph.add(node) }
        let made = own.slots.subtracting(ends)
        inner.predicates = own.predicates.filter { predicate in
            if !predicate.needs.isDisjoint(with: made) { return true }
            graph.predicates.append(predicate)
            return false
        }
        for place in inner.nodes.indices where ends.contains(inner.nodes[place].slot) {
            inner.nodes[place].labels = []
            inner.nodes[place].isBound = true
        }
        let chosen = SelectedPath(
            graph: inner, selection: selection,
            length: .graph(.length, [.path(path.parts(slots))]), made: made.sorted)
        graph.relationships.append(
            QueryRelationship(
                slot: context.makeTemporary(), left: first, right: last, direction: .either,
                types: [], shape: .selected(chosen), isBound: false))
    }
}

extension PathSelector {
    /// nil: every path.
    fileprivate var selection: PathSelection? {
        switch self {
        case .all: nil
        case .shortestPath, .anyShortest: .paths(1)
        case .shortest(let count), .any(let count): .paths(count)
        case .allShortest, .allShortestPaths: .groups(1)
        case .shortestGroups(let count): .groups(count)
        }
    }
}

extension PathPattern {
    /// Written as `shortestPath(…)` or `allShortestPaths(…)`.
    fileprivate var isFunction: Bool {
        selector == .shortestPath || selector == .allShortestPaths
    }

    /// Whether a selector stands before a path that one search finds: two nodes and what is
    /// between them, with a list of relationships as the result.
    var isSearchedAsOne: Bool {
        guard selector != .all else { return false }
        let elements = normalizedElements
        guard elements.count == 3 else { return false }
        switch elements[1] {
        case .node: return false
        case .relationship(let relationship):
            // A named single relationship is no list.
            return relationship.length != nil || relationship.variable == nil
        case .quantified(let group): return group.isStep
        }
    }
}
