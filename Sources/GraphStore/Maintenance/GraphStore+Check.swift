internal import LMDB

/// What a check looked at.
public struct CheckSummary: Sendable {
    public var nodes = 0
    public var relationships = 0
    public var labelEntries = 0
    public var indexEntries = 0
    public var adjacencyEntries = 0
    /// Disagreements that were reported.
    public var findings = 0
    public var isClean: Bool { findings == 0 }
}

extension GraphStore {
    /// Verifies the last commit: every record, the label index, counts and indexes both ways, and
    /// adjacency against the relationships' records. Others may read and write meanwhile.
    ///
    /// `report` gets a sentence for each disagreement, at most a thousand of them. Cost: a few
    /// microseconds for each relationship. Errors: only where the store cannot be read at all.
    public func check(report: (String) -> Void) throws(StoreError) -> CheckSummary {
        let view = try beginRead()
        defer { view.close() }
        var check = StoreCheck(view)
        try check.run(report)
        return check.summary
    }
}

/// One walk over a snapshot that believes nothing.
struct StoreCheck {
    let view: GraphView
    let databases: Databases
    let catalogue: Catalogue
    var summary = CheckSummary()
    /// What counting finds.
    var counts: [CountKey: Int64] = [:]

    private static let maximumReports = 1000

    init(_ view: GraphView) {
        self.view = view
        databases = view.core.databases
        catalogue = view.catalogue
        view.adjacencySnapshot.ignoreLiveLists()
    }

    mutating func run(_ report: (String) -> Void) throws(StoreError) {
        var findings = 0
        func find(_ text: String) {
            findings += 1
            if findings <= Self.maximumReports { report(text) }
        }
        try checkNodes(find)
        try checkLabelIndex(find)
        try checkRelationships(find)
        try checkAdjacency(find)
        let schema = try view.schema()
        for index in schema.indexes where index.hasEntries { try check(index, find) }
        try checkIndexPrefixes(schema, find)
        try checkCounts(find)
        try view.core.adjacency.check(view.transaction, report: find)
        if let damage = view.damage { find(damage) }
        summary.findings = findings
    }

    // MARK: Nodes and labels

    private mutating func checkNodes(_ find: (String) -> Void) throws(StoreError) {
        let header = view.currentHeader
        let cursor = try view.transaction.openCursor(databases.nodes)
        var found = cursor.first()
        while found {
            let id = cursor.integerKey
            if id >= header.nextNode { find("node \(id) is above the next id") }
            summary.nodes += 1
            if let record = NodeRecord(cursor.value) {
                check(node: id, record, find)
            } else {
                find("node \(id) has a short record")
            }
            found = cursor.next()
        }
        if Int64(summary.nodes) != header.nodeCount {
            find("\(summary.nodes) nodes are there, \(header.nodeCount) are counted")
        }
    }

    private mutating func check(node id: NodeID, _ record: NodeRecord, _ find: (String) -> Void) {
        var previous: LabelID?
        for label in record.labels {
            if let previous, previous >= label { find("node \(id) has its labels out of order") }
            previous = label
            if catalogue.name(.label, label) == nil { find("node \(id) has a label unknown") }
            counts[.label(label), default: 0] += 1
            summary.labelEntries += 1
            if !view.transaction.holds(databases.labels, LabelKey.encode(label, id)) {
                find("node \(id) is not in the index of its label \(label)")
            }
        }
        check(record.properties, "node \(id)", find)
    }

    private func check(_ blob: PropertyBlob, _ owner: String, _ find: (String) -> Void) {
        guard let properties = blob.all() else { return find("\(owner) has damaged properties") }
        var previous: KeyID?
        for (key, _) in properties {
            if let previous, previous >= key { find("\(owner) has its properties out of order") }
            previous = key
            if catalogue.name(.key, key) == nil { find("\(owner) has a property without name") }
        }
    }

    private func checkLabelIndex(_ find: (String) -> Void) throws(StoreError) {
        let entries = view.transaction.count(databases.labels)
        if entries == summary.labelEntries { return }
        find("the label index has \(entries) entries for \(summary.labelEntries) labels of nodes")
        let cursor = try view.transaction.openCursor(databases.labels)
        var found = cursor.first()
        while found {
            let key = cursor.key
            if key.count != LabelKey.byteCount {
                find("the label index has a key of \(key.count) bytes")
            } else {
                let (label, node) = (key.big(UInt32.self, at: 0), key.big(UInt64.self, at: 4))
                if !view.hasLabel(node, label) {
                    find("the index of label \(label) has node \(node), which has it not")
                }
            }
            found = cursor.next()
        }
    }

    // MARK: Relationships and adjacency

    private mutating func checkRelationships(_ find: (String) -> Void) throws(StoreError) {
        let header = view.currentHeader
        let cursor = try view.transaction.openCursor(databases.relationships)
        var found = cursor.first()
        while found {
            let id = cursor.integerKey
            if id >= header.nextRelationship { find("relationship \(id) is above the next id") }
            summary.relationships += 1
            if let stored = StoredRelationship(cursor.value) {
                check(relationship: id, stored, find)
            } else {
                find("relationship \(id) has a short record")
            }
            found = cursor.next()
        }
        if Int64(summary.relationships) != header.relationshipCount {
            find(
                "\(summary.relationships) relationships are there, "
                    + "\(header.relationshipCount) are counted")
        }
    }

    private mutating func check(
        relationship id: RelationshipID, _ stored: StoredRelationship, _ find: (String) -> Void
    ) {
        let record = stored.record
        if catalogue.name(.type, record.type) == nil { find("relationship \(id) has no type") }
        counts[.type(record.type), default: 0] += 1
        for (node, direction) in [(record.start, Direction.outgoing), (record.end, .incoming)] {
            guard let end = view.nodeRecord(node) else {
                find("relationship \(id) ends at node \(node), which is not there")
                continue
            }
            for label in end.labels {
                counts[.relationships(label, record.type, direction), default: 0] += 1
            }
        }
        check(stored.properties, "relationship \(id)", find)
    }

    /// Every entry has its record, and there are as many of them. Adjacency's own check compares
    /// the directions with each other.
    private mutating func checkAdjacency(_ find: (String) -> Void) throws(StoreError) {
        for type in 0..<TypeID(catalogue.names(.type).count) {
            let reader = view.adjacencySnapshot.reader(type, .outgoing)
            let scan = view.storedNodes()
            var nodes: ContiguousArray<NodeID> = []
            var entries: Int64 = 0
            while try scan.next(2048, into: &nodes) > 0 {
                for node in nodes {
                    reader.forEachRun(of: node) { neighbours, relationships in
                        entries += Int64(neighbours.count)
                        for (neighbour, id) in zip(neighbours, relationships) {
                            let record = view.relationship(id)
                            let agrees = record.map {
                                $0.type == type && $0.start == node && $0.end == neighbour
                            }
                            if agrees == true { continue }
                            find(
                                "node \(node)'s list of type \(type) has relationship \(id) to "
                                    + "\(neighbour), whose record "
                                    + (agrees == nil ? "is missing" : "says otherwise"))
                        }
                    }
                }
                nodes.removeAll(keepingCapacity: true)
            }
            summary.adjacencyEntries += Int(entries)
            let records = counts[.type(type)] ?? 0
            if entries != records {
                find("\(records) relationships of type \(type) have \(entries) adjacency entries")
            }
        }
    }

    // MARK: Counts

    private func checkCounts(_ find: (String) -> Void) throws(StoreError) {
        var remaining = counts
        let cursor = try view.transaction.openCursor(databases.counts)
        var found = cursor.first()
        while found {
            guard let key = CountKey(cursor.key), cursor.value.count == 8 else {
                find("a count has a damaged entry")
                found = cursor.next()
                continue
            }
            let stored = cursor.value.little(Int64.self, at: 0)
            let counted = remaining.removeValue(forKey: key) ?? 0
            if stored != counted { find("the count of \(key) is \(stored), not \(counted)") }
            found = cursor.next()
        }
        for (key, counted) in remaining where counted != 0 {
            find("the count of \(key) is missing, not \(counted)")
        }
    }
}

extension Transaction {
    fileprivate func holds(_ database: NamedDatabase, _ key: [UInt8]) -> Bool {
        key.lend { get(database, $0) != nil }
    }
}
