import CEdit
import Foundation

/// Lines from a terminal, with editing, history and completion by libedit.
///
/// libedit keeps its state in globals: one editor, used by the main thread.
final class LineEditor {
    /// Lines kept in the history file.
    static let historyLimit: Int32 = 2_000

    private let historyPath: String
    /// Gives the candidates for the word that ends at the cursor, with what stands before it.
    private let complete: (_ word: String, _ before: String) -> [String]

    init(historyPath: String, complete: @escaping (String, String) -> [String]) {
        self.historyPath = historyPath
        self.complete = complete
        if setlocale(LC_CTYPE, "").map({ strcmp($0, "C") == 0 }) ?? true {
            setlocale(LC_CTYPE, "C.UTF-8")
        }
        edit_set_input { _ in TerminalInput.nextScalar() }
        rl_initialize()
        edit_set_word_breaks(strdup(Self.wordBreaks))
        edit_append_nothing()
        using_history()
        stifle_history(Self.historyLimit)
        read_history(historyPath)
        LineEditor.current = self
        edit_set_completion { text, start, _ in
            edit_completion_is_final()
            guard let text, let editor = LineEditor.current else { return nil }
            let line = edit_line().map { String(cString: $0) } ?? ""
            let before = String(decoding: line.utf8.prefix(Int(start)), as: UTF8.self)
            LineEditor.candidates = editor.complete(String(cString: text), before)
            guard !LineEditor.candidates.isEmpty else { return nil }
            return rl_completion_matches(text) { _, state in
                let place = Int(state)
                guard place < LineEditor.candidates.count else { return nil }
                return strdup(LineEditor.candidates[place])
            }
        }
    }

    /// What ends the word that is completed. libedit keeps a pointer to its copy for ever.
    private static let wordBreaks = " \t\n\"'`@$><=;|&!{}()[],.:+-*/%^"

    // libedit calls back without a context; see above for the one thread.
    nonisolated(unsafe) private static var current: LineEditor?
    nonisolated(unsafe) private static var candidates: [String] = []

    enum Line {
        case text(String)
        case interrupted
        case end
    }

    func read(prompt: String) -> Line {
        _ = Interruption.shared.takeInterrupted()
        guard let line = readline(prompt) else {
            guard Interruption.shared.takeInterrupted() else { return .end }
            return .interrupted
        }
        defer { free(line) }
        return .text(String(cString: line))
    }

    /// Remembers a whole statement as one entry.
    func remember(_ text: String) {
        guard !text.isEmpty else { return }
        add_history(text.replacing("\n", with: " "))
        write_history(historyPath)
        chmod(historyPath, 0o600)
    }
}

/// Characters typed, one by one: waits for the keyboard and for Ctrl-C at once.
private enum TerminalInput {
    /// The next Unicode scalar; -1 at the end and after an interruption.
    static func nextScalar() -> Int32 {
        guard let first = nextByte() else { return -1 }
        let more =
            switch first {
            case 0xC0..<0xE0: 1
            case 0xE0..<0xF0: 2
            case 0xF0..<0xF8: 3
            default: 0
            }
        var bytes = [first]
        for _ in 0..<more {
            guard let byte = nextByte() else { return -1 }
            bytes.append(byte)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.unicodeScalars.first.map { Int32($0.value) } ?? -1
    }

    private static func nextByte() -> UInt8? {
        while true {
            var keyboard = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            let ready = poll(&keyboard, 1, pollMilliseconds)
            if Interruption.shared.isInterrupted { return nil }
            guard ready > 0 else { continue }
            var byte: UInt8 = 0
            let count = Foundation.read(STDIN_FILENO, &byte, 1)
            if count == 1 { return byte }
            if count == 0 || errno != EINTR { return nil }
        }
    }

    /// How long an interruption may go unnoticed at the prompt.
    private static let pollMilliseconds: Int32 = 50
}
