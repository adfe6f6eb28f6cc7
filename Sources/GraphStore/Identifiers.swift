public typealias NodeID = UInt64
public typealias RelationshipID = UInt64

/// The number that stands for a label, a relationship type or a property key on disk. Three
/// separate spaces, each from 0; a number is never reused.
public typealias LabelID = UInt32
public typealias TypeID = UInt32
public typealias KeyID = UInt32

public enum EntityKind: UInt8, Sendable { case node, relationship }

/// Which ends of a relationship a list holds: `outgoing` lists stand at the start node.
public enum Direction: UInt8, Sendable, CaseIterable { case outgoing, incoming }
