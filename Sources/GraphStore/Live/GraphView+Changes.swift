/// What a snapshot has seen of the database's life: how those who keep what they have computed find
/// out what has changed since.
public struct GraphMoment: Sendable, Equatable {
    /// Relationships that had come or gone, of all types, over the life of the database.
    public let relationshipChanges: UInt64
    /// The last commit that changed data.
    let commit: UInt64

    /// Of a moment that was written down. Commits are numbered anew in a copy of the database, so
    /// what properties have changed since is not known.
    public init(relationshipChanges: UInt64) {
        self.relationshipChanges = relationshipChanges
        commit = 0
    }

    init(relationshipChanges: UInt64, commit: UInt64) {
        self.relationshipChanges = relationshipChanges
        self.commit = commit
    }

    /// Whether this is an earlier moment, or the same.
    public func isUpTo(_ other: GraphMoment) -> Bool {
        relationshipChanges <= other.relationshipChanges && commit <= other.commit
    }
}

extension GraphView {
    /// From now on what later commits change is remembered. Nil for the writer, who sees what is not
    /// committed and may never be.
    public var moment: GraphMoment? {
        guard !isWritable else { return nil }
        core.live.notice(change)
        return lastCommitted
    }

    /// The last commit below what this view sees.
    private var lastCommitted: GraphMoment {
        GraphMoment(relationshipChanges: adjacencySnapshot.changeCount, commit: change)
    }

    /// The ends of all relationships of a type that came, went or, with a property named, whose
    /// property changed after an earlier moment; some may be named twice, and a few that have not
    /// changed. The writer's own changes are among them. Nil where it is not known any more, or the
    /// moment is later than this view.
    ///
    /// Relationships are known as far as the change log reaches: the last hundred thousand changes
    /// or more, unless one transaction made more than it logs. Properties are known for commits of
    /// this process, within a bound.
    /// Cost: that of the changes. Errors: `unusable` where the log is damaged.
    public func relationshipsChanged(_ type: TypeID, property: KeyID?, since moment: GraphMoment)
        throws(StoreError) -> [(start: NodeID, end: NodeID)]?
    {
        guard moment.isUpTo(lastCommitted) else { return nil }
        guard let changes = try adjacencySnapshot.changes(since: moment.relationshipChanges) else {
            return nil
        }
        var ends: [(start: NodeID, end: NodeID)] = []
        for change in changes where change.type == type { ends.append((change.start, change.end)) }
        guard let property else { return ends }
        guard let changed = changed(.property(.relationship, property), since: moment) else {
            return nil
        }
        for id in changed {
            // What is gone is among the changes above.
            guard let record = relationship(id), record.type == type else { continue }
            ends.append((record.start, record.end))
        }
        return ends
    }

    /// The nodes that were there at an earlier moment and whose property has changed since; the rest
    /// as for relationships.
    public func nodesChanged(property: KeyID, since moment: GraphMoment) -> [NodeID]? {
        changed(.property(.node, property), since: moment)
    }

    /// The nodes that were there at an earlier moment and got or lost the label since; the rest as
    /// for relationships.
    public func nodesChanged(label: LabelID, since moment: GraphMoment) -> [NodeID]? {
        changed(.label(label), since: moment)
    }

    private func changed(_ subject: LiveSubject, since moment: GraphMoment) -> [UInt64]? {
        guard moment.isUpTo(lastCommitted) else { return nil }
        var ids: [UInt64] = []
        if moment.commit < change {
            let committed = core.live.changed(subject, after: moment.commit, upTo: change)
            guard let committed else { return nil }
            ids = committed
        }
        if let own = pending?.liveChanges {
            if own.isEverything { return nil }
            ids += own.changed[subject] ?? []
        }
        return ids
    }
}
