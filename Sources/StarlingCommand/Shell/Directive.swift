import Foundation
import Values

/// A line that begins with a colon: for the shell, not for the database.
enum Directive {
    case help
    case setParameter(name: String, value: String)
    /// A map in Cypher: each entry is a parameter.
    case setParameters(String)
    case removeParameter(String)
    case listParameters
    case schema
    case begin
    case commit
    case rollback
    case source(String)
    case format(QueryCommand.Format?)
    case timing(Bool?)
    case exit

    static let names = [
        "help", "param", "schema", "begin", "commit", "rollback", "source", "format", "timing",
        "exit",
    ]

    static let helpText = """
        Statements end in a semicolon and may take several lines. Ctrl-C stops the running statement
        or drops the line; Ctrl-D leaves. Tab completes keywords, labels, types, properties and
        procedures.

          :help                  this text
          :param                 list the parameters
          :param name => value   set one to the value of an expression; :param name  removes it
          :param {name: value}   set several
          :schema                labels, relationship types, indexes and constraints
          :begin :commit :rollback   an explicit transaction
          :source FILE           run the statements of a file
          :format table|json|csv how results are printed
          :timing on|off         whether times are printed
          :exit                  leave
        """

    /// Reads a line that begins with a colon.
    init(_ line: String) throws {
        let text = String(line.dropFirst()).trimmed().trimmedOfSemicolon()
        let name = String(text.prefix { !$0.isWhitespace }).lowercased()
        let rest = String(text.dropFirst(name.count)).trimmed()
        switch name {
        case "help", "h", "?": self = .help
        case "param", "params": self = try Self.parameter(rest)
        case "schema": self = .schema
        case "begin": self = .begin
        case "commit": self = .commit
        case "rollback": self = .rollback
        case "source":
            guard !rest.isEmpty else { throw CommandFailure(":source needs a file's name") }
            self = .source(rest)
        case "format":
            guard rest.isEmpty || QueryCommand.Format(rawValue: rest) != nil else {
                throw CommandFailure("a format is table, json or csv, not `\(rest)`")
            }
            self = .format(QueryCommand.Format(rawValue: rest))
        case "timing":
            guard ["", "on", "off"].contains(rest) else {
                throw CommandFailure(":timing is on or off, not `\(rest)`")
            }
            self = .timing(rest.isEmpty ? nil : rest == "on")
        case "exit", "quit", "q": self = .exit
        default:
            throw CommandFailure("there is no command :\(name); :help lists them")
        }
    }

    /// `name => expression`, `name = expression`, `name expression` or `{name: expression, …}`
    private static func parameter(_ rest: String) throws -> Directive {
        guard !rest.isEmpty else { return .listParameters }
        if rest.hasPrefix("{") { return .setParameters(rest) }
        let name = String(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        guard !name.isEmpty else {
            throw CommandFailure("write :param name => value, not `:param \(rest)`")
        }
        var value = String(rest.dropFirst(name.count)).trimmed()
        for sign in ["=>", "=", ":"] where value.hasPrefix(sign) {
            value = String(value.dropFirst(sign.count)).trimmed()
            break
        }
        return value.isEmpty ? .removeParameter(name) : .setParameter(name: name, value: value)
    }
}

extension String {
    fileprivate func trimmedOfSemicolon() -> String {
        hasSuffix(";") ? String(dropLast()).trimmed() : self
    }
}
