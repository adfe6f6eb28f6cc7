public import GraphStore

extension Database {
    /// Sizes, counts and readers, for people and for monitoring.
    public func information() throws(DatabaseError) -> StoreInformation {
        do { return try store.information() } catch { throw DatabaseError(error) }
    }

    /// Labels and relationship types with their counts, in name order.
    public func counts() throws(DatabaseError) -> (
        labels: [(name: String, count: Int)], types: [(name: String, count: Int)]
    ) {
        do {
            let view = try store.beginRead()
            defer { view.close() }
            let labels = view.labelNames.enumerated().map {
                (name: $1, count: view.nodeCount(label: LabelID($0)))
            }
            let types = view.typeNames.enumerated().map {
                (name: $1, count: view.relationshipCount(type: TypeID($0)))
            }
            return (labels.sorted { $0.name < $1.name }, types.sorted { $0.name < $1.name })
        } catch { throw DatabaseError(error) }
    }

    /// Writes a consistent, compacted copy into a new or empty directory, while others read and
    /// write; it is on disk when this returns.
    public func backup(to directory: String) throws(DatabaseError) {
        do { try store.backup(to: directory) } catch { throw DatabaseError(error) }
    }

    /// Verifies every record, adjacency in both directions, indexes and counts; calls `report`
    /// with each finding.
    public func check(report: (String) -> Void) throws(DatabaseError) -> CheckSummary {
        do { return try store.check(report: report) } catch { throw DatabaseError(error) }
    }
}
