import Starling
import Values

extension Summary {
    /// What a server tells after the last record.
    init(metadata: ValueMap) {
        let type = metadata.text("type").flatMap(Access.init(rawValue:)) ?? .read
        self.init(access: type, counters: Counters(metadata.map("stats")))
        notifications = metadata.list("notifications").compactMap(StatementNotification.init)
        isProfile = metadata["profile"] != nil
        let key = isProfile ? "profile" : "plan"
        plan = metadata[key] == nil ? nil : metadata.map(key)
        planText = plan?.map("args").text("string-representation")
    }
}

extension Counters {
    fileprivate init(_ stats: ValueMap) {
        self.init()
        let fields: [(String, WritableKeyPath<Counters, Int>)] = [
            ("nodes-created", \.nodesCreated), ("nodes-deleted", \.nodesDeleted),
            ("relationships-created", \.relationshipsCreated),
            ("relationships-deleted", \.relationshipsDeleted),
            ("properties-set", \.propertiesSet), ("labels-added", \.labelsAdded),
            ("labels-removed", \.labelsRemoved), ("indexes-added", \.indexesAdded),
            ("indexes-removed", \.indexesRemoved), ("constraints-added", \.constraintsAdded),
            ("constraints-removed", \.constraintsRemoved),
        ]
        for (name, field) in fields { self[keyPath: field] = stats.integer(name) ?? 0 }
    }
}

extension StatementNotification {
    fileprivate init?(_ value: Value) {
        guard case .map(let map) = value, let code = map.text("code") else { return nil }
        let place = map.map("position")
        var position: (offset: Int, line: Int, column: Int)?
        if let offset = place.integer("offset"), let line = place.integer("line"),
            let column = place.integer("column")
        {
            position = (offset, line, column)
        }
        self.init(
            code: code, title: map.text("title") ?? "",
            description: map.text("description") ?? "",
            severity: map.text("severity").flatMap(Severity.init(rawValue:)) ?? .information,
            category: map.text("category") ?? "", position: position)
    }
}

extension ValueMap {
    fileprivate func text(_ key: String) -> String? {
        if case .string(let text)? = self[key] { text } else { nil }
    }

    fileprivate func integer(_ key: String) -> Int? {
        if case .integer(let number)? = self[key] { Int(number) } else { nil }
    }

    fileprivate func list(_ key: String) -> [Value] {
        if case .list(let values)? = self[key] { values } else { [] }
    }

    fileprivate func map(_ key: String) -> ValueMap {
        if case .map(let map)? = self[key] { map } else { ValueMap() }
    }
}
