import GraphStore
import Values

extension BuiltInProcedures {
    /// Search in full-text indexes, under Neo4j's names.
    static var fullTextProcedures: [any Procedure] {
        [
            fullTextQuery("db.index.fulltext.queryNodes", .node),
            fullTextQuery("db.index.fulltext.queryRelationships", .relationship),
            listAvailableAnalyzers, awaitRefresh,
        ]
    }

    private static func fullTextQuery(_ name: String, _ entity: EntityKind) -> any Procedure {
        BuiltInProcedure(
            name,
            inputs: [
                .init("indexName", .string, "The full-text index."),
                .init(
                    "queryString", .string,
                    "Words, \"phrases\", prefix*, wild?card, fuzzy~, property:word, +must, -not, "
                        + "AND, OR, NOT, (groups), word^2."),
                .init(
                    "options", .map, fallback: .map([:]),
                    "skip and limit: how many to pass over and how many to yield at most; "
                        + "analyzer: how the query is read, else as the index."),
            ],
            yields: [
                entity == .node
                    ? .init("node", .node, "A node that matches, the best first.")
                    : .init("relationship", .relationship, "One that matches, the best first."),
                .init("score", .float, "How well it matches."),
            ],
            """
            Finds what a query in Lucene's syntax matches, ranked by BM25 (k₁ = 1.2, b = 0.75; \
            Robertson and Zaragoza, 2009): idf · f / (f + k₁ · (1 − b + b · length / average)).
            """
        ) { arguments, context, output in
            guard case .string(let text) = arguments[1] else {
                throw QueryError(.argument, "The query is a string, not \(arguments[1].excerpt).")
            }
            let index = try context.index(arguments[0], .fulltext, entity)
            let options = try Options(arguments[2])
            let query: FullTextQuery
            do { query = try FullTextQuery(text) } catch {
                throw QueryError(.argument, "The search cannot be read: \(error).")
            }
            let found = try context.view.search(index, query, analyzer: options.analyzer) {
                try context.cancellation.check()
            }
            let rest = found.dropFirst(options.skip)
            output.append(rest.prefix(options.limit ?? rest.count), of: entity)
        }
    }

    private struct Options {
        var skip = 0
        var limit: Int?
        /// nil: the index's own.
        var analyzer: TextAnalyzer?

        init(_ value: Value) throws(QueryError) {
            guard case .map(let options) = value else { return }
            for (key, value) in options {
                switch (key, value) {
                case ("skip", .integer(let number)) where number >= 0: skip = Int(number)
                case ("limit", .integer(let number)) where number >= 0: limit = Int(number)
                case ("analyzer", .string(let name)):
                    guard let analyzer = TextAnalyzer(rawValue: name) else {
                        let known = TextAnalyzer.allCases.map(\.rawValue).joined(separator: ", ")
                        throw QueryError(
                            .argument, "There is no analyzer \(value.excerpt); there are \(known).")
                    }
                    self.analyzer = analyzer
                default:
                    throw QueryError(
                        .argument,
                        "The options are skip and limit, both not negative, and analyzer, not "
                            + "\(key): \(value.excerpt).")
                }
            }
        }
    }

    private static var listAvailableAnalyzers: any Procedure {
        BuiltInProcedure(
            "db.index.fulltext.listAvailableAnalyzers",
            yields: [
                .init("analyzer", .string, "The name for `fulltext.analyzer`."),
                .init("description", .string, "What it makes of a text."),
                .init("stopwords", .listOfStrings, "Words that it leaves out."),
            ],
            "Lists the analyzers that a full-text index may have."
        ) { _, _, output in
            for analyzer in TextAnalyzer.allCases {
                output.append(
                    .string(analyzer.rawValue), .string(analyzer.description),
                    .list(analyzer.stopWords.map { .string($0) }))
            }
        }
    }

    private static var awaitRefresh: any Procedure {
        BuiltInProcedure(
            "db.index.fulltext.awaitEventuallyConsistentIndexRefresh", yields: [],
            "Returns at once: full-text indexes are part of every commit."
        ) { _, _, _ in }
    }
}

extension ProcedureContext {
    /// The index of that name, which must be of the kind and on the entities that are wanted.
    func index(_ name: Value, _ kind: IndexDefinition.Kind, _ entity: EntityKind)
        throws(QueryError) -> IndexDefinition
    {
        guard case .string(let name) = name,
            let index = view.indexes.first(where: { $0.name.hasSameBytes(as: name) })
        else { throw QueryError(.argument, "There is no index named \(name.excerpt).") }
        guard index.kind == kind, index.entity == entity else {
            throw QueryError(
                .argument,
                "The index \(name) is a \(index.kind.rawValue) index on \(index.entity)s, not a "
                    + "\(kind.rawValue) index on \(entity)s.")
        }
        guard index.state == .online else {
            throw QueryError(.procedureFailed, "The index \(name) is still being built.")
        }
        return index
    }
}

extension ProcedureOutput {
    /// What a search has found: the entity, then the score.
    mutating func append(_ found: some Sequence<ScoredEntity>, of entity: EntityKind) {
        for hit in found {
            switch entity {
            case .node: columns[0].append(node: hit.id)
            case .relationship: columns[0].append(relationship: hit.id)
            }
            columns[1].append(float: hit.score)
        }
    }
}
