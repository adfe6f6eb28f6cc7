internal import QueryEngine

/// The `gds.*` family under the names, options and yields of Neo4j's Graph Data Science library, and
/// `sample.*`, which that library lacks.
enum GraphProcedures {
    static func all() -> [any Procedure] {
        let catalog = GraphCatalog()
        let nodes =
            CentralityProcedures.all + CommunityProcedures.all + EmbeddingProcedures.all
        return SampleProcedures.all + GraphCatalogProcedures.all(catalog)
            + nodes.flatMap { $0.procedures(catalog) }
            + SimilarityProcedures.all.flatMap { $0.procedures(catalog) }
            + PathProcedures.all(catalog)
    }
}
