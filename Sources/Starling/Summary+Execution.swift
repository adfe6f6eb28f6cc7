internal import Cypher
internal import GraphStore
internal import QueryEngine
import Values

extension Counters {
    init(_ now: WriteCounters, since before: WriteCounters = WriteCounters()) {
        nodesCreated = now.nodesCreated - before.nodesCreated
        nodesDeleted = now.nodesDeleted - before.nodesDeleted
        relationshipsCreated = now.relationshipsCreated - before.relationshipsCreated
        relationshipsDeleted = now.relationshipsDeleted - before.relationshipsDeleted
        propertiesSet = now.propertiesSet - before.propertiesSet
        labelsAdded = now.labelsAdded - before.labelsAdded
        labelsRemoved = now.labelsRemoved - before.labelsRemoved
        indexesAdded = now.indexesAdded - before.indexesAdded
        indexesRemoved = now.indexesRemoved - before.indexesRemoved
        constraintsAdded = now.constraintsAdded - before.constraintsAdded
        constraintsRemoved = now.constraintsRemoved - before.constraintsRemoved
    }
}

extension Summary.Access {
    init(_ access: PreparedStatement.Access) {
        switch access {
        case .read: self = .read
        case .write: self = .write
        case .readWrite: self = .readWrite
        case .schema: self = .schema
        }
    }
}

extension StatementNotification {
    init(_ notification: QueryEngine.Notification, in text: String) {
        code = notification.code
        title = notification.title
        description = notification.description
        severity = notification.severity.rawValue
        category = notification.category
        position = notification.range.map {
            let place = SourcePosition(offset: $0.start, in: text)
            return (place.offset, place.line, place.column)
        }
    }
}
