import Foundation
import Starling
import Synchronization

/// A bar below the prompt while a long statement runs, drawn by a thread of its own:
/// `fit ████████░░░░  67 %  12 s left`. It is gone when the statement has ended.
final class ProgressLine: Sendable {
    private struct State {
        var isEnded = false
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let progress: @Sendable () -> StatementProgress?

    /// Statements that are done by then need no bar.
    private static let patienceMilliseconds: Double = 500
    private static let interval = 0.1
    private static let width = 24

    /// Draws nothing where standard error is no terminal.
    init(_ progress: @escaping @Sendable () -> StatementProgress?) {
        self.progress = progress
        guard isatty(STDERR_FILENO) == 1 else { return }
        Thread.detachNewThread { [self] in run() }
    }

    /// Clears the line; nothing is drawn any more. May be called again.
    func end() {
        state.withLock { state in
            if state.isDrawn { Self.write("\r\u{1B}[K") }
            state = State(isEnded: true)
        }
    }

    private func run() {
        let start = ContinuousClock.now
        var phase: (name: String, start: ContinuousClock.Instant)?
        while true {
            Thread.sleep(forTimeInterval: Self.interval)
            let now = ContinuousClock.now
            let latest = progress()
            if let latest, phase?.name != latest.phase { phase = (latest.phase, now) }
            let isPatient = (now - start).milliseconds >= Self.patienceMilliseconds
            let goesOn = state.withLock { state in
                if state.isEnded { return false }
                if isPatient, let latest, let phase {
                    state.isDrawn = true
                    Self.write(
                        "\r\u{1B}[K"
                            + Self.text(latest, seconds: (now - phase.start).milliseconds / 1000))
                }
                return true
            }
            if !goesOn { return }
        }
    }

    static func text(_ progress: StatementProgress, seconds: Double) -> String {
        let full = Int(progress.share * Double(width))
        var text = progress.phase + " " + String(repeating: "█", count: full)
        text += String(repeating: "░", count: width - full)
        text += String(format: " %3.0f %%", progress.share * 100)
        // The first moments say little about the rest.
        if seconds >= 1, progress.share > 0.01 {
            text += String(format: "  %.0f s left", seconds * (1 / progress.share - 1))
        }
        return text
    }

    private static func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
