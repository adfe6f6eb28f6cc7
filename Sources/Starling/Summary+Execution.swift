internal import Cypher
internal import GraphStore
internal import QueryEngine
import Values

extension Summary {
    /// Of a statement that has run.
    init(
        _ plan: PreparedStatement, _ execution: Execution, since start: ContinuousClock.Instant,
        text: String
    ) {
        self.init(plan, execution.counters, text: text, profile: execution.profile)
        end(since: start)
    }

    mutating func end(since start: ContinuousClock.Instant) {
        let elapsed = (ContinuousClock.now - start).components
        totalMilliseconds = Double(elapsed.seconds) * 1e3 + Double(elapsed.attoseconds) / 1e15
    }

    init(
        _ plan: PreparedStatement, _ counters: WriteCounters, text: String,
        profile: ExecutionProfile? = nil
    ) {
        access = Access(plan.access)
        self.counters = Counters(counters)
        notifications = plan.notifications.map { StatementNotification($0, in: text) }
        isProfile = plan.mode == .profile
        if plan.mode != .execute, let description = PlanDescription(plan, profile: profile) {
            self.plan = description.map
            planText = description.table
        }
    }
}

extension Counters {
    init(_ now: WriteCounters) {
        nodesCreated = now.nodesCreated
        nodesDeleted = now.nodesDeleted
        relationshipsCreated = now.relationshipsCreated
        relationshipsDeleted = now.relationshipsDeleted
        propertiesSet = now.propertiesSet
        labelsAdded = now.labelsAdded
        labelsRemoved = now.labelsRemoved
        indexesAdded = now.indexesAdded
        indexesRemoved = now.indexesRemoved
        constraintsAdded = now.constraintsAdded
        constraintsRemoved = now.constraintsRemoved
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
        severity = notification.severity == .warning ? .warning : .information
        category = notification.category
        position = notification.range.map {
            let place = SourcePosition(offset: $0.start, in: text)
            return (place.offset, place.line, place.column)
        }
    }
}
