/// Three-valued logic, and predicates on strings. Nil, as null, is unknown.
extension Value {
    /// The truth of a value: nil for null.
    ///
    /// - Throws: for every kind but booleans and null.
    public func truth(of place: String = "a condition") throws(ValueError) -> Bool? {
        switch self {
        case .null: return nil
        case .boolean(let boolean): return boolean
        default: throw .wrongType(place, expected: "a boolean", found: self)
        }
    }

    public static func not(_ value: Value) throws(ValueError) -> Value {
        Value(try value.truth(of: "NOT").map { !$0 })
    }

    public static func and(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        let left = try left.truth(of: "AND")
        let right = try right.truth(of: "AND")
        if left == false || right == false { return .boolean(false) }
        return left == nil || right == nil ? .null : .boolean(true)
    }

    public static func or(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        let left = try left.truth(of: "OR")
        let right = try right.truth(of: "OR")
        if left == true || right == true { return .boolean(true) }
        return left == nil || right == nil ? .null : .boolean(false)
    }

    public static func xor(_ left: Value, _ right: Value) throws(ValueError) -> Value {
        let left = try left.truth(of: "XOR")
        let right = try right.truth(of: "XOR")
        guard let left, let right else { return .null }
        return .boolean(left != right)
    }

    /// A three-valued answer as a value.
    @inlinable public init(_ truth: Bool?) {
        self = truth.map { .boolean($0) } ?? .null
    }

    /// `left STARTS WITH right`; unknown unless both are strings.
    public static func startsWith(_ left: Value, _ right: Value) -> Bool? {
        bytes(left, right) { $0.starts(with: $1) }
    }

    public static func endsWith(_ left: Value, _ right: Value) -> Bool? {
        bytes(left, right) { $0.count >= $1.count && $0.suffix($1.count).elementsEqual($1) }
    }

    /// `left CONTAINS right` of strings.
    public static func containsText(_ left: Value, _ right: Value) -> Bool? {
        bytes(left, right) { text, part in
            guard let first = part.first else { return true }
            guard text.count >= part.count else { return false }
            for start in 0...(text.count - part.count) where text[start] == first {
                let candidate = UnsafeRawBufferPointer(
                    rebasing: text[start..<start + part.count])
                if candidate.elementsEqual(part) { return true }
            }
            return false
        }
    }

    private static func bytes(
        _ left: Value, _ right: Value,
        _ test: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Bool
    ) -> Bool? {
        guard case .string(let left) = left, case .string(let right) = right else { return nil }
        return left.withBytes { left in right.withBytes { right in test(left, right) } }
    }
}
