internal import GraphStore
internal import QueryEngine

/// The option `direction`, without regard to case.
extension Configuration {
    /// 'OUTGOING' or 'INCOMING'; nil where it is not given.
    func direction() throws -> Direction? {
        guard let text = try string("direction") else { return nil }
        guard let direction = Direction(option: text) else {
            throw wrong("direction", "'OUTGOING' or 'INCOMING'")
        }
        return direction
    }

    /// The same where 'BOTH' is one too, and is meant if nothing is said.
    func directions() throws -> [Direction] {
        guard let text = try string("direction"), text.uppercased() != "BOTH" else {
            return Direction.allCases
        }
        guard let direction = Direction(option: text) else {
            throw wrong("direction", "'BOTH', 'OUTGOING' or 'INCOMING'")
        }
        return [direction]
    }
}

extension Direction {
    fileprivate init?(option text: String) {
        switch text.uppercased() {
        case "OUTGOING": self = .outgoing
        case "INCOMING": self = .incoming
        default: return nil
        }
    }
}
