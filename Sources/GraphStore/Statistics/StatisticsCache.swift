import Synchronization

/// What there are statistics of: a property of the nodes with a label, or of the relationships of
/// a type.
struct PropertySubject: Hashable, Sendable {
    let entity: EntityKind
    let labelOrType: UInt32
    let key: KeyID
}

/// Statistics in memory, made at the first question. They are hints: plans are right with any.
///
/// They are made anew when there are a fifth more or fewer entities than there were, or when data
/// has changed and they are older than a minute, so that a database under writes pays for a sample
/// a minute at most.
final class StatisticsCache: Sendable {
    /// Some tens of kilobytes each; more than a hundred where all values are long strings.
    static let capacity = 256
    static let drift = 0.2
    static let lifetime = Duration.seconds(60)

    /// What a snapshot looks like to whom asks.
    struct Moment {
        /// Entities of the label or type.
        let count: Int
        /// The last change that it sees.
        let change: UInt64
        let now = ContinuousClock.now
    }

    private struct Entry {
        /// Nil where the entities are too rare to be sampled.
        let statistics: PropertyStatistics?
        let made: Moment
        var lastUse: UInt64
    }

    private struct State {
        var entries: [PropertySubject: Entry] = [:]
        var clock: UInt64 = 0
    }

    private let state = Mutex(State())

    /// The outer nil: nobody has asked, or what is known is outdated.
    func statistics(_ subject: PropertySubject, at moment: Moment) -> PropertyStatistics?? {
        state.withLock { state in
            guard let place = state.entries.index(forKey: subject) else { return nil }
            let entry = state.entries.values[place]
            let drift = abs(Double(moment.count) - Double(entry.made.count))
            let isOutdated =
                drift > Self.drift * Double(entry.made.count)
                || (moment.change != entry.made.change
                    && moment.now - entry.made.now > Self.lifetime)
            if isOutdated { return nil }
            state.clock += 1
            state.entries.values[place].lastUse = state.clock
            return .some(entry.statistics)
        }
    }

    func store(_ statistics: PropertyStatistics?, of subject: PropertySubject, at moment: Moment) {
        state.withLock { state in
            state.clock += 1
            state.entries[subject] = Entry(
                statistics: statistics, made: moment, lastUse: state.clock)
            if state.entries.count > Self.capacity {
                let oldest = state.entries.min { $0.value.lastUse < $1.value.lastUse }
                if let oldest { state.entries[oldest.key] = nil }
            }
        }
    }
}
