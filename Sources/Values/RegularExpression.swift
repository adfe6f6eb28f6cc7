internal import Foundation
internal import Synchronization

/// `text =~ pattern`: the whole text, in the dialect that Java and ICU share.
public struct RegularExpression: Sendable {
    private let expression: NSRegularExpression

    /// - Throws: an argument error that names the pattern where it is none.
    public init(_ pattern: String) throws(ValueError) {
        do {
            expression = try NSRegularExpression(pattern: "\\A(?:\(pattern))\\z")
        } catch {
            throw .badValue("'\(pattern)' is not a regular expression")
        }
    }

    /// Thread-safe.
    public func matches(_ text: String) -> Bool {
        let range = NSRange(text.startIndex..., in: text)
        return expression.firstMatch(in: text, range: range) != nil
    }

    /// The expression of a pattern; compiled ones are kept, up to a bound.
    public static func cached(_ pattern: String) throws(ValueError) -> RegularExpression {
        if let known = cache.withLock({ $0[ByteKey(pattern)] }) { return known }
        let expression = try RegularExpression(pattern)
        cache.withLock { cache in
            if cache.count >= maximumCached { cache.removeAll(keepingCapacity: true) }
            cache[ByteKey(pattern)] = expression
        }
        return expression
    }

    private static let maximumCached = 256
    private static let cache = Mutex<[ByteKey: RegularExpression]>([:])
}

extension Value {
    /// `left =~ right`; unknown unless both are strings.
    public static func matches(_ left: Value, _ right: Value) throws(ValueError) -> Bool? {
        guard case .string(let text) = left, case .string(let pattern) = right else { return nil }
        return try RegularExpression.cached(pattern).matches(text)
    }
}
