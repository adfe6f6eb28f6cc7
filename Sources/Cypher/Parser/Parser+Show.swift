// SHOW and TERMINATE.

extension Parser {
    /// The command at the current token, nil where a query begins.
    mutating func showCommand() throws(SyntaxError) -> ShowCommand? {
        let start = start
        var command = ShowCommand(
            kind: .indexes, filter: nil, arguments: [], yield: nil, predicate: nil, returns: nil,
            range: range(from: start))
        if take(.terminate) {
            guard take(.transactions) || take(.transaction) else {
                throw unexpected(.keyword(.transactions))
            }
            command.kind = .terminateTransactions
            command.arguments = try showArguments()
            guard !command.arguments.isEmpty else { throw unexpected(.thing("a transaction id")) }
        } else if take(.show) {
            try subject(of: &command)
        } else {
            return nil
        }
        if at(.yield) {
            command.yield = try yield(sorted: true)
            if take(.return) { command.returns = try projection() }
        } else if take(.where) {
            command.predicate = try predicate()
        }
        command.range = range(from: start)
        return command
    }

    /// The words between SHOW and YIELD: a narrower selection, then what is shown.
    private mutating func subject(of command: inout ShowCommand) throws(SyntaxError) {
        var filter: [String] = []
        while true {
            guard token.kind == .word, filter.count < Self.longestFilter else {
                throw unexpectedSubject()
            }
            if let kind = subjectKind(behind: filter) {
                command.kind = kind
                advance()
                break
            }
            let word = text(of: token).lowercased()
            guard Self.filterWords.contains(word) else { throw unexpectedSubject() }
            filter.append(word)
            advance()
        }
        if command.kind == .currentUser {
            filter = []
        } else if filter == ["all"] {
            filter = []
        }
        guard filter.isEmpty || Self.filters(of: command.kind).contains(filter) else {
            throw SyntaxError(
                .unexpectedSyntax,
                "Invalid input '\(filter.joined(separator: " ").uppercased())': "
                    + "no such selection of \(command.kind.rawValue.lowercased())",
                range(from: command.range.start))
        }
        command.filter = filter.isEmpty ? nil : filter.joined(separator: " ")
        switch command.kind {
        case .transactions, .settings:
            command.arguments = try showArguments()
        case .databases where token.isName && !at(.yield) && !at(.where):
            let name = takeName()
            command.arguments = [Expression(.string(name.text), name.range)]
        case .functions, .procedures:
            // There is one user, who may execute everything.
            if take(.executable), take(.by) {
                try expect(.current)
                try expect(.user)
            }
        default: break
        }
    }

    private static let longestFilter = 4
    /// Words that may stand between SHOW and what is shown.
    private static let filterWords: Set<String> = {
        let kinds: [ShowCommand.Kind] = [.indexes, .constraints, .functions, .databases]
        return Set(kinds.flatMap(filters).flatMap { $0 } + ["all", "current", "user"])
    }()

    private func subjectKind(behind filter: [String]) -> ShowCommand.Kind? {
        switch token.keyword {
        case .index, .indexes: .indexes
        case .constraint, .constraints: .constraints
        case .procedure, .procedures: .procedures
        case .function, .functions: .functions
        case .transaction, .transactions: .transactions
        case .database, .databases: .databases
        case .users: .users
        case .setting, .settings: .settings
        case .user where filter == ["current"]: .currentUser
        case .user where filter.isEmpty && token(ahead: 1).keyword != .defined: .users
        default: nil
        }
    }

    private func unexpectedSubject() -> SyntaxError {
        unexpected(
            .keyword(.indexes), .keyword(.constraints), .keyword(.procedures),
            .keyword(.functions), .keyword(.transactions), .keyword(.databases),
            .keyword(.users), .keyword(.settings))
    }

    private static func filters(of kind: ShowCommand.Kind) -> [[String]] {
        switch kind {
        case .indexes:
            return ["fulltext", "lookup", "point", "range", "text", "vector", "btree"].map { [$0] }
        case .constraints:
            var filters: [[String]] = []
            for subject in [[], ["node"], ["relationship"], ["rel"], ["property"]] {
                for what in [
                    ["unique"], ["uniqueness"], ["property", "unique"],
                    ["property", "uniqueness"], ["exist"], ["existence"], ["property", "exist"],
                    ["property", "existence"], ["key"], ["property", "type"],
                ] {
                    filters.append(subject + what)
                }
            }
            return filters
        case .functions: return [["built", "in"], ["user", "defined"]]
        case .databases: return [["default"], ["home"]]
        default: return []
        }
    }

    /// Transaction ids or names of settings: strings with commas between them, or one expression that yields them.
    private mutating func showArguments() throws(SyntaxError) -> [Expression] {
        if token.isName, at(.yield) || at(.where) { return [] }
        guard !at(.endOfText), !at(.semicolon) else { return [] }
        var arguments: [Expression] = []
        repeat { arguments.append(try expression()) } while take(.comma)
        return arguments
    }
}
