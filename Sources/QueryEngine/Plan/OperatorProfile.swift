/// What one step of a plan did in one execution, its children's part left out.
public struct OperatorProfile: Sendable, Equatable {
    public var rows = 0
    /// Ids, records, properties and adjacency entries read.
    public var databaseHits = 0
    public var timeNanoseconds: UInt64 = 0
    /// The most that the step held at once.
    public var memoryBytes = 0

    public init() {}
}
