internal import Synchronization

/// The memory that live columns and live adjacency share. What was used least recently goes first.
///
/// Locks: a cache may call `release` and `use` under its own lock; `admit` calls into caches, so
/// nobody may hold a lock then.
final class LiveBudget: Sendable {
    let byteLimit: Int

    fileprivate struct State {
        var shares: [ObjectIdentifier: LiveShare] = [:]
        var byteCount = 0
    }
    private let state = Mutex(State())
    private let clock = Atomic<UInt64>(0)

    /// 0 turns everything live off.
    init(byteLimit: Int) { self.byteLimit = byteLimit }

    var isOn: Bool { byteLimit > 0 }
    /// Bytes of what is cached, without what only open views keep.
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// Counts the share, and drops others until all fit. One that was released meanwhile stays
    /// out.
    func admit(_ share: LiveShare) {
        use(share)
        let evicted: [LiveShare] = state.withLock { state in
            guard !share.isReleased.load(ordering: .relaxed) else { return [] }
            state.shares[ObjectIdentifier(share)] = share
            state.byteCount += share.byteCount
            var evicted: [LiveShare] = []
            while state.byteCount > byteLimit,
                let oldest = state.shares.values.min(by: { $0.age < $1.age })
            {
                state.remove(oldest)
                evicted.append(oldest)
            }
            return evicted
        }
        for share in evicted { share.evict() }
    }

    func release(_ share: LiveShare) { state.withLock { $0.remove(share) } }

    func use(_ share: LiveShare) {
        let now = clock.wrappingAdd(1, ordering: .relaxed).newValue
        share.lastUse.store(now, ordering: .relaxed)
    }
}

extension LiveBudget.State {
    fileprivate mutating func remove(_ share: LiveShare) {
        share.isReleased.store(true, ordering: .relaxed)
        guard shares.removeValue(forKey: ObjectIdentifier(share)) != nil else { return }
        byteCount -= share.byteCount
    }
}

/// One cached thing's part of the budget.
final class LiveShare: Sendable {
    let byteCount: Int
    /// Drops the thing from its cache, where it is there still.
    fileprivate let evict: @Sendable () -> Void
    fileprivate let lastUse = Atomic<UInt64>(0)
    fileprivate let isReleased = Atomic(false)
    fileprivate var age: UInt64 { lastUse.load(ordering: .relaxed) }

    init(byteCount: Int, evict: @escaping @Sendable () -> Void) {
        self.byteCount = byteCount
        self.evict = evict
    }
}
