import GraphStore

/// Which items and users have changed lately, by number, version after version.
///
/// A version is what the interactions were at one moment; it ends with the next commit that changes
/// them. Bounded: old versions are forgotten first.
struct ItemChanges: Sendable {
    /// From one version to the next.
    private struct Step {
        /// Nothing before this moment is in the step or a later one.
        let begin: GraphMoment
        let items: Int
        let users: Int
    }

    private(set) var version = 0
    private var steps: ContiguousArray<Step> = []
    private var items: ContiguousArray<Int32> = []
    private var users: ContiguousArray<Int32> = []

    /// Items and users that are remembered.
    static let limit = 262_144

    private var firstVersion: Int { version - steps.count }

    mutating func append(
        _ items: some Collection<Int32>, _ users: some Collection<Int32>, from begin: GraphMoment
    ) {
        steps.append(Step(begin: begin, items: self.items.count, users: self.users.count))
        self.items.append(contentsOf: items)
        self.users.append(contentsOf: users)
        version += 1
        if self.items.count + self.users.count > Self.limit { forgetHalf() }
    }

    /// Half at once, so that the rest is seldom moved.
    private mutating func forgetHalf() {
        let half = (items.count + users.count) / 2
        let kept = steps.firstIndex { $0.items + $0.users >= half } ?? steps.count
        let (firstItem, firstUser) =
            kept < steps.count
            ? (steps[kept].items, steps[kept].users) : (items.count, users.count)
        items.removeFirst(firstItem)
        users.removeFirst(firstUser)
        steps = ContiguousArray(
            steps.dropFirst(kept).map {
                Step(begin: $0.begin, items: $0.items - firstItem, users: $0.users - firstUser)
            })
    }

    /// Items that have changed since a version; nil where that is forgotten. Some come twice.
    func items(since version: Int) -> ArraySlice<Int32>? {
        if version >= self.version { return [] }
        guard version >= firstVersion else { return nil }
        return ArraySlice(items[steps[version - firstVersion].items...])
    }

    /// What has changed after a moment, and perhaps a little before it; nil where it is forgotten.
    func since(_ moment: GraphMoment) -> (items: [Int32], users: [Int32])? {
        guard let step = steps.last(where: { $0.begin.isUpTo(moment) }) else { return nil }
        return (Array(items[step.items...]), Array(users[step.users...]))
    }
}
