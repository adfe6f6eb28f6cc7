/// Writes a syntax tree as Cypher that parses back to the same tree.
///
/// Clauses stand on lines of their own, those of subqueries behind one another. Brackets are
/// written where precedence needs them and nowhere else. For EXPLAIN, error messages and columns;
/// not made for speed.
public struct Printer {
    var text = ""

    public static func print(_ statement: Statement) -> String {
        var printer = Printer()
        printer.write(statement)
        return printer.text
    }

    public static func print(_ expression: Expression) -> String {
        var printer = Printer()
        printer.write(expression)
        return printer.text
    }

    public static func print(_ path: PathPattern) -> String {
        var printer = Printer()
        printer.write(path)
        return printer.text
    }

    public static func print(_ labels: LabelExpression) -> String {
        var printer = Printer()
        printer.write(labels)
        return printer.text
    }

    public static func print(_ type: ValueType) -> String {
        var printer = Printer()
        printer.write(type)
        return printer.text
    }

    public static func print(_ clause: Clause) -> String {
        var printer = Printer()
        printer.write(clause)
        return printer.text
    }

    /// A name as it can stand in a query: in backticks where it is not a plain word.
    public static func identifier(_ name: String) -> String {
        isPlain(name) ? name : quoted(name)
    }

    /// A string as a literal in single quotes.
    public static func literal(_ string: String) -> String {
        var result = "'"
        for scalar in string.unicodeScalars {
            switch scalar {
            case "'": result += "\\'"
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{8}": result += "\\b"
            case "\u{C}": result += "\\f"
            case "\u{0}"..<" ", "\u{7F}":
                let code = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - code.utf8.count) + code
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "'"
    }

    private static func quoted(_ name: String) -> String {
        var result = "`"
        for scalar in name.unicodeScalars {
            result.unicodeScalars.append(scalar)
            if scalar == "`" { result += "`" }
        }
        return result + "`"
    }

    private static func isPlain(_ name: String) -> Bool {
        guard let first = name.unicodeScalars.first else { return false }
        func isStart(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "_" || scalar.properties.isXIDStart
        }
        return isStart(first)
            && name.unicodeScalars.dropFirst().allSatisfy {
                $0 == "_" || $0.properties.isXIDContinue
            }
    }

    // MARK: Pieces

    mutating func write(_ piece: String) { text += piece }

    /// A label, type, key or the like, which may be any word.
    mutating func write(name: Name) { text += Self.identifier(name.text) }

    /// A variable, which in places is told from a keyword by its backticks only.
    mutating func write(variable name: Name) { write(variable: name.text) }

    mutating func write(variable name: String) {
        let bytes = Array(name.utf8)
        let keyword = KeywordTable.shared.find(bytes, from: 0, to: bytes.count)
        text += keyword?.isReserved == true ? Self.quoted(name) : Self.identifier(name)
    }

    /// `a.b.c`, each part a name of its own.
    mutating func write(dotted name: Name) {
        let parts = name.text.split(separator: ".", omittingEmptySubsequences: false)
        if parts.contains("") {
            text += Self.quoted(name.text)
        } else if parts.count == 1 {
            write(variable: name)
        } else {
            text += parts.map { Self.identifier(String($0)) }.joined(separator: ".")
        }
    }

    mutating func write<Item>(
        _ items: some Sequence<Item>, separator: String = ", ",
        _ writeItem: (inout Printer, Item) -> Void
    ) {
        var isFirst = true
        for item in items {
            if !isFirst { text += separator }
            isFirst = false
            writeItem(&self, item)
        }
    }
}
