import GraphStore
import Values

/// For each row the neighbours of a node, or with `into` the relationships between two bound nodes.
///
/// The columns that the plan still needs are carried on by gathering them once per output batch, at
/// the source row of each neighbour.
final class ExpandOperator: Operator {
    private let child: any Operator
    private let expand: Expand
    private let carried: [Slot]
    private let adjacency: Adjacency
    private let uniqueness: RelationshipUniqueness
    private let context: QueryContext

    private var input: Batch?
    private var sources: ContiguousArray<NodeID> = []
    private var targets: ContiguousArray<NodeID> = []
    private var position = Adjacency.Position()
    /// Rows made so far.
    private var made = 0

    init(child: any Operator, expand: Expand, output: [Slot], context: QueryContext) {
        self.child = child
        self.expand = expand
        self.context = context
        let made = [expand.relationship, expand.into ? nil : expand.to]
        carried = output.filter { !made.contains($0) }
        uniqueness = RelationshipUniqueness(slots: expand.distinctFrom)
        let nobodyLooks = expand.relationship == nil && expand.distinctFrom.isEmpty
        adjacency = Adjacency(
            types: expand.types, direction: expand.direction,
            options: nobodyLooks ? .withoutRelationships : [], context: context)
    }

    func next() throws -> Batch? {
        var rows = ExpandedRows()
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            fill(&rows)
            if position.source == sources.count { self.input = nil }
            if !uniqueness.slots.isEmpty { uniqueness.filter(&rows, of: input) }
            if !rows.sources.isEmpty { return output(rows, of: input) }
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        adjacency.refresh()
        adjacency.marksTypes = wantsTypes
        sources = try batch[expand.from].nodeIDs()
        if expand.into { targets = try batch[expand.to].nodeIDs() }
        position = Adjacency.Position()
        input = batch
        return batch
    }

    private func fill(_ rows: inout ExpandedRows) {
        let limit = context.batchCapacity
        sources.withUnsafeBufferPointer { sources in
            if expand.into {
                targets.withUnsafeBufferPointer { targets in
                    adjacency.expandInto(
                        sources, targets, from: &position, limit: limit, into: &rows)
                }
            } else {
                adjacency.expand(sources, from: &position, limit: limit, into: &rows)
            }
        }
    }

    private func output(_ rows: ExpandedRows, of input: Batch) -> Batch {
        var batch = input.gathered(rows.sources, slots: carried)
        if !expand.into { batch[expand.to] = .nodes(rows.neighbours) }
        if let relationship = expand.relationship {
            batch[relationship] = .relationships(rows.relationships)
            batch.listed += listedProperties(of: relationship, rows)
            if adjacency.marksTypes, let types = adjacency.typeNames(of: rows) {
                batch.listed.append(
                    ListedPart(relationship: relationship, part: .type, column: types))
            }
        }
        return batch
    }

    /// Whether later steps have asked for the types of most rows so far.
    private var wantsTypes: Bool {
        guard context.writer == nil, let relationship = expand.relationship,
            let read = context.typeReads.first(where: { $0.variable == relationship })
        else { return false }
        return read.rows * 2 >= made
    }

    /// The properties of the relationships that later steps have read for most rows so far, where
    /// they lie beside the lists.
    private func listedProperties(of relationship: Slot, _ rows: ExpandedRows) -> [ListedPart] {
        let before = made
        made += rows.sources.count
        guard before > 0, context.writer == nil, let reader = adjacency.onlyReader else {
            return []
        }
        var wanted: [(name: String, key: KeyID)] = []
        for read in context.propertyReads
        where read.variable == relationship && read.rows * 2 >= before {
            if let key = context.view.key(read.key) { wanted.append((read.key, key)) }
        }
        if wanted.isEmpty { return [] }
        let columns = sources.withUnsafeBufferPointer {
            context.view.listedProperties(wanted.map(\.key), of: rows, from: $0, by: reader)
        }
        return zip(wanted, columns).compactMap { wanted, column in
            column.map {
                ListedPart(
                    relationship: relationship, part: .property(wanted.name), column: $0)
            }
        }
    }

    func rewind() {
        child.rewind()
        input = nil
    }
}
