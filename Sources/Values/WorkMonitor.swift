/// How long work hears that nobody wants its result any more, and tells how far it is.
public struct WorkMonitor: Sendable {
    /// Throws when the work should stop. To be called every few milliseconds.
    public let checkpoint: @Sendable () throws -> Void
    /// What is being done, and which share of it is done, from 0 to 1. Cheap; to be called some
    /// times a second.
    public let report: @Sendable (_ phase: String, _ share: Double) -> Void

    public init(
        checkpoint: @escaping @Sendable () throws -> Void,
        report: @escaping @Sendable (_ phase: String, _ share: Double) -> Void = { _, _ in }
    ) {
        self.checkpoint = checkpoint
        self.report = report
    }

    /// Work that nobody watches or stops.
    public static let none = WorkMonitor(checkpoint: {})
}

/// Asks a monitor's checkpoint once in so many steps of work, for loops whose steps are too small to
/// ask at each.
public struct WorkPace: Sendable {
    private let monitor: WorkMonitor
    private let stepsPerCheckpoint: Int
    private var stepsLeft: Int

    /// `stepsPerCheckpoint`: what takes a few milliseconds.
    public init(_ monitor: WorkMonitor, stepsPerCheckpoint: Int) {
        self.monitor = monitor
        self.stepsPerCheckpoint = stepsPerCheckpoint
        stepsLeft = stepsPerCheckpoint
    }

    /// Counts steps that were done. Errors: the checkpoint's.
    @inline(__always)
    public mutating func count(_ steps: Int = 1) throws {
        stepsLeft &-= steps
        if stepsLeft <= 0 { try ask() }
    }

    private mutating func ask() throws {
        stepsLeft = stepsPerCheckpoint
        try monitor.checkpoint()
    }
}
