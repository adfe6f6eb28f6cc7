import Foundation
import Values

/// `STARTS WITH`, `ENDS WITH`, `CONTAINS`, `=~`: null where a side is not a string.
final class StringMatchExpression: ColumnExpression {
    private let match: StringMatch
    private let subject: any ColumnExpression
    private let pattern: any ColumnExpression
    private let expressions: RegularExpressionCache

    init(
        _ match: StringMatch, _ subject: any ColumnExpression, _ pattern: any ColumnExpression,
        check: @escaping () throws(QueryError) -> Void
    ) {
        expressions = RegularExpressionCache(check: check)
        self.match = match
        self.subject = subject
        self.pattern = pattern
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let subject = try subject.evaluate(batch)
        let pattern = try pattern.evaluate(batch)
        if let text = StringOperand(subject), let part = StringOperand(pattern) {
            let flags: ContiguousArray<UInt8>? =
                switch match {
                case .startsWith:
                    StringKernels.mapPairs(text, part, count: batch.count) {
                        StringKernels.hasPrefix($0, $1)
                    }
                case .endsWith:
                    StringKernels.mapPairs(text, part, count: batch.count) {
                        StringKernels.hasSuffix($0, $1)
                    }
                case .contains:
                    StringKernels.mapPairs(text, part, count: batch.count) {
                        StringKernels.contains($0, $1)
                    }
                case .matches: nil
                }
            if var flags {
                BooleanKernels.markNulls(&flags, Validity.both(text.validity, part.validity))
                return .booleans(flags)
            }
        }
        return try general(subject, pattern, count: batch.count)
    }

    private func general(_ subject: Column, _ pattern: Column, count: Int) throws -> Column {
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(count)
        for row in 0..<count {
            guard case .string(let text) = subject.value(row),
                case .string(let part) = pattern.value(row)
            else {
                flags.append(2)
                continue
            }
            flags.append(try holds(text, part) ? 1 : 0)
        }
        return .booleans(flags)
    }

    private func holds(_ text: String, _ part: String) throws(QueryError) -> Bool {
        if match == .matches { return try expressions.matches(text, pattern: part) }
        var text = text
        var part = part
        return text.withUTF8 { text in
            part.withUTF8 { part in
                switch match {
                case .startsWith: StringKernels.hasPrefix(text, part)
                case .endsWith: StringKernels.hasSuffix(text, part)
                case .contains, .matches: StringKernels.contains(text, part)
                }
            }
        }
    }
}

/// Compiled regular expressions of one execution. A pattern is nearly always the same in every
/// row; where it is not, the cache is bounded.
final class RegularExpressionCache {
    private static let limit = 64

    /// Throws when the statement should end.
    private let check: () throws(QueryError) -> Void
    private var compiled: [ContiguousArray<UInt8>: NSRegularExpression] = [:]
    private var last: (pattern: String, expression: NSRegularExpression)?

    init(check: @escaping () throws(QueryError) -> Void) { self.check = check }

    /// Whether the whole text matches, as in Java.
    ///
    /// Errors: for a pattern that is none, or that the text leads to try too much.
    func matches(_ text: String, pattern: String) throws(QueryError) -> Bool {
        let expression = try expression(pattern)
        let range = NSRange(location: 0, length: text.utf16.count)
        var isFound = false
        var hasGivenUp = false
        var cause: QueryError?
        expression.enumerateMatches(
            in: text, options: [.reportProgress, .reportCompletion], range: range
        ) { match, flags, stop in
            if match != nil { isFound = true }
            if flags.contains(.internalError) { hasGivenUp = true }
            do throws(QueryError) { try self.check() } catch { cause = error }
            if isFound || cause != nil { stop.pointee = true }
        }
        if let cause { throw cause }
        if isFound || !hasGivenUp { return isFound }
        throw QueryError(
            .argument,
            "The regular expression '\(pattern)' takes too many steps on a text of "
                + "\(text.utf16.count) characters: write it with less to try, as [ab]* for (a|b)*.")
    }

    private func expression(_ pattern: String) throws(QueryError) -> NSRegularExpression {
        if let last, last.pattern.hasSameBytes(as: pattern) { return last.expression }
        let key = ContiguousArray(pattern.utf8)
        let expression: NSRegularExpression
        if let known = compiled[key] {
            expression = known
        } else {
            do {
                // Alone first: a pattern must not be able to close the group put around it.
                _ = try NSRegularExpression(pattern: pattern)
                expression = try NSRegularExpression(pattern: "\\A(?:\(pattern))\\z")
            } catch {
                throw QueryError(
                    .argument, "InvalidArgumentValue: '\(pattern)' is not a regular expression")
            }
            if compiled.count == Self.limit { compiled.removeAll() }
            compiled[key] = expression
        }
        last = (pattern, expression)
        return expression
    }
}
