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
        if search.predicate != nil {
            guard known == nil else {
                throw QueryError(
                    .unsupported,
                    "SEARCH with WHERE looks for a variable that no earlier clause has bound.",
                    at: range)
            }
            let subquery = search.filtered(by: procedure, entity, range)
            part.steps.append(.subquery(try bindCallSubquery(subquery, range)))
            return
        }
        try bindPlainSearch(search, procedure, entity, known, range, into: &part)
    }

    private func bindPlainSearch(
        _ search: SearchClause, _ procedure: Name, _ entity: EntityKind, _ known: Variable?,
        _ range: SourceRange, into part: inout LogicalPart
    ) throws(QueryError) {
        let signature = try signature(procedure)
        let limit = try bindRowCount(search.limit, "LIMIT") ?? .constant(.null)
        let vector = try bind(search.vector)
        // A variable that an earlier clause has bound keeps the entities that are found again.
        let found =
            known == nil
            ? declare(search.variable.text, type: entity == .node ? .node : .relationship)
            : context.makeTemporary()
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
                    ], yields: yields, optional: false, range: range), access: .read))
        if let known {
            part.steps.append(.filter([.comparison(.equal, .slot(found), .slot(known.slot))]))
        }
    }
}

extension SearchClause {
    /// The condition holds inside the search: entities are found in the order of their scores, a
    /// portion after the other, until as many as the limit says meet it.
    ///
    ///     CALL (*) {
    ///       CALL db.index.vector.queryNodes(index, all, vector)
    ///       YIELD node AS n, score WHERE …
    ///       WITH n, score LIMIT k
    ///       RETURN n, score ORDER BY score DESC
    ///     }
    fileprivate func filtered(by procedure: Name, _ entity: EntityKind, _ range: SourceRange)
        -> CallSubquery
    {
        // No identifier has a space.
        let score = score ?? Name("the score", range)
        let shown = [variable, score].map { name in
            ProjectionItem(
                expression: Expression(.variable(name.text), name.range), alias: nil,
                text: name.text)
        }
        let call = ProcedureCall(
            name: procedure,
            arguments: [
                Expression(.string(index.text), index.range),
                Expression(.integer(Int64.max), range), vector,
            ],
            yield: Yield(
                all: false,
                items: [
                    YieldItem(
                        name: Name(entity == .node ? "node" : "relationship", range),
                        alias: variable),
                    YieldItem(name: Name("score", range), alias: score),
                ], predicate: predicate), optional: false)
        let found = Projection(
            distinct: false, all: false, items: shown, orderBy: [], skip: nil, limit: limit)
        let best = Projection(
            distinct: false, all: false, items: shown,
            orderBy: [
                SortItem(
                    expression: Expression(.variable(score.text), score.range), descending: true)
            ], skip: nil, limit: nil)
        let clauses = [
            Clause(.call(call), range), Clause(.with(found, predicate: nil), range),
            Clause(.return(best), range),
        ]
        let query = Query(
            parts: [SingleQuery(clauses: clauses)], unionAll: false, range: range)
        return CallSubquery(scope: .all, query: query, transactions: nil, optional: false)
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
