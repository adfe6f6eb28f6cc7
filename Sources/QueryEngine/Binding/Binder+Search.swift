import Cypher
import GraphStore
import Values

/// `SEARCH n IN (VECTOR INDEX name FOR vector [WHERE …] LIMIT k) [SCORE AS score]`: a call of
/// `db.index.vector.queryNodes` or `queryRelationships`.
extension Binder {
    /// Binds the SEARCH that follows the MATCH whose variable it looks for; false where there is
    /// none. It goes first, so that the pattern is matched from what is found, and the search is
    /// not repeated for every match.
    func bindSearch(behind place: Int, of clauses: [Clause], into part: inout LogicalPart)
        throws(QueryError) -> Bool
    {
        guard place + 1 < clauses.count,
            case .match(false, let pattern, _, _) = clauses[place].kind,
            case .search(let search) = clauses[place + 1].kind,
            scope[search.variable.text] == nil, pattern.entity(search.variable) != nil
        else { return false }
        try bindSearch(search, clauses[place + 1].range, matching: pattern, into: &part)
        return true
    }

    /// `pattern`: of the MATCH that the search belongs to.
    func bindSearch(
        _ search: SearchClause, _ range: SourceRange, matching pattern: Pattern?,
        into part: inout LogicalPart
    ) throws(QueryError) {
        let known = scope[search.variable.text]
        var entity = pattern?.entity(search.variable) ?? .node
        if let known {
            if known.type.mayBe(.node) {
                entity = .node
            } else if known.type.mayBe(.relationship) {
                entity = .relationship
            } else {
                throw conflict(search.variable, known.type, wanted: .node)
            }
        }
        let procedure = Name(
            entity == .node ? "db.index.vector.queryNodes" : "db.index.vector.queryRelationships",
            range)
        if search.predicate != nil, known != nil {
            throw QueryError(
                .unsupported,
                "SEARCH with WHERE looks for a variable that no earlier clause has bound.",
                at: range)
        }
        let signature = try signature(procedure)
        let limit = try bindRowCount(search.limit, "LIMIT") ?? .constant(.null)
        let vector = try bind(search.vector)
        // A variable that an earlier clause has bound keeps the entities that are found again.
        let found =
            known == nil
            ? declare(search.variable.text, type: entity == .node ? .node : .relationship)
            : context.makeTemporary()
        // The condition holds inside the search: as many are found that meet it as there are.
        var condition: (entity: Slot, predicate: BoundExpression)?
        if let predicate = search.predicate {
            condition = (entity: found, predicate: try bindPredicate(predicate))
        }
        var yields = [(column: signature.outputs[0].name, slot: found)]
        if let score = search.score {
            try requireNew(score)
            yields.append(
                (column: signature.outputs[1].name, slot: declare(score.text, type: .float)))
        }
        part.steps.append(
            .procedure(
                ProcedureStep(
                    name: signature.name,
                    arguments: [
                        .constant(.string(search.index.text)), limit, vector.expression,
                    ], yields: yields, optional: false, condition: condition, range: range),
                access: .read))
        if let known {
            part.steps.append(.filter([.comparison(.equal, .slot(found), .slot(known.slot))]))
        }
    }
}

extension Pattern {
    /// What the variable stands for in the pattern; nil where it is not in it.
    fileprivate func entity(_ variable: Name) -> EntityKind? {
        for element in paths.flatMap(\.elements) {
            switch element {
            case .node(let node):
                if let own = node.variable, sameName(own.text, variable.text) { return .node }
            case .relationship(let relationship):
                if let own = relationship.variable, sameName(own.text, variable.text) {
                    return .relationship
                }
            default: continue
            }
        }
        return nil
    }
}
