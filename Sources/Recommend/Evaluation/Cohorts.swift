public import GraphStore
import LinearAlgebra

/// Groups of users who are looked at on their own, besides all.
public enum Cohorts: Sendable {
    case none
    /// By how many interactions they have in training: the bounds at which a new group begins,
    /// ascending. `[5, 20]` makes 0–4, 5–19 and 20+.
    case interactions([Int])
    /// By a name for each user; users without one are in no group.
    case named([NodeID: String])

    /// More groups are a mistake in the choice of the property.
    public static let limit = 1000

    /// All users first (no name, nil for all), then each group that has users.
    func groups(_ test: HeldOut) -> [(name: String?, users: [Int]?)] {
        var groups: [(name: String?, users: [Int]?)] = [(nil, nil)]
        switch self {
        case .none: break
        case .interactions(let bounds):
            for (place, least) in ([0] + bounds).enumerated() {
                let past = place < bounds.count ? bounds[place] : Int.max
                let users = test.users.indices.filter { user in
                    let count = test.rows[user].map { test.training.matrix.range($0).count } ?? 0
                    return (least..<past).contains(count)
                }
                let name = past == .max ? "\(least)+" : "\(least)–\(past - 1)"
                if !users.isEmpty { groups.append((name, users)) }
            }
        case .named(let names):
            var byName: [String: [Int]] = [:]
            for (place, user) in test.users.enumerated() {
                if let name = names[user] { byName[name, default: []].append(place) }
            }
            for name in byName.keys.sorted() { groups.append((name, byName[name])) }
        }
        return groups
    }
}
