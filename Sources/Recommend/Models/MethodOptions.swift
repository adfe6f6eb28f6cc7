/// Something that a method can be told.
public struct MethodOption: Sendable {
    public enum Value: Sendable, Equatable {
        case integer(Int)
        case number(Double)
        case flag(Bool)
        case text(String)
        case texts([String])
        /// Nothing was said and there is no default.
        case none
    }

    /// What is allowed.
    public enum Domain: Sendable {
        case integers(ClosedRange<Int>)
        case numbers(ClosedRange<Double>)
        case flags
        /// One of these, without regard to case.
        case choices([String])
        case text
        /// One or several.
        case texts
    }

    public let name: String
    public let domain: Domain
    public let fallback: Value
    public let description: String

    public init(_ name: String, _ domain: Domain, default fallback: Value, _ description: String) {
        self.name = name
        self.domain = domain
        self.fallback = fallback
        self.description = description
    }

    public static func integer(
        _ name: String, _ fallback: Int, in range: ClosedRange<Int>, _ description: String
    ) -> MethodOption {
        MethodOption(name, .integers(range), default: .integer(fallback), description)
    }

    public static func number(
        _ name: String, _ fallback: Double, in range: ClosedRange<Double>, _ description: String
    ) -> MethodOption {
        MethodOption(name, .numbers(range), default: .number(fallback), description)
    }

    public static func flag(_ name: String, _ fallback: Bool, _ description: String)
        -> MethodOption
    {
        MethodOption(name, .flags, default: .flag(fallback), description)
    }

    public static func choice(
        _ name: String, _ fallback: String, among choices: [String], _ description: String
    ) -> MethodOption {
        MethodOption(name, .choices(choices), default: .text(fallback), description)
    }

    /// Names of properties, labels or types; none unless they are given.
    public static func names(_ name: String, _ description: String) -> MethodOption {
        MethodOption(name, .texts, default: .texts([]), description)
    }

    public static let seed = MethodOption.integer(
        "seed", 42, in: 0...Int.max, "where random numbers begin")

    /// The value as this option has it. Nil where it is out of bounds or of another type.
    func accept(_ value: Value) -> Value? {
        switch (domain, value) {
        case (.integers(let range), .integer(let number)) where range.contains(number): value
        case (.integers(let range), .number(let number)):
            Int(exactly: number).flatMap { range.contains($0) ? .integer($0) : nil }
        case (.numbers(let range), .number(let number)) where range.contains(number): value
        case (.numbers(let range), .integer(let number)) where range.contains(Double(number)):
            .number(Double(number))
        case (.flags, .flag), (.text, .text), (.texts, .texts): value
        case (.texts, .text(let text)): .texts([text])
        case (.choices(let names), .text(let name)):
            names.first { $0.lowercased() == name.lowercased() }.map { .text($0) }
        default: nil
        }
    }

    public var domainText: String {
        switch domain {
        case .integers(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .numbers(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .flags: "true or false"
        case .choices(let names): "one of " + names.map { "'\($0)'" }.joined(separator: ", ")
        case .text: "a string"
        case .texts: "a string or a list of strings"
        }
    }
}

/// A method's options, each checked and with its default.
public struct MethodOptions: Sendable {
    public let values: [String: MethodOption.Value]

    /// Errors: ``MethodError`` that names the option, what it must be and what it is; for an
    /// unknown option the known ones.
    public init(
        _ given: [String: MethodOption.Value] = [:], for options: [MethodOption], of method: String
    ) throws {
        var values: [String: MethodOption.Value] = [:]
        for option in options { values[option.name] = option.fallback }
        for (name, value) in given.sorted(by: { $0.key < $1.key }) where value != .none {
            guard let option = options.first(where: { $0.name == name }) else {
                throw MethodError(
                    "\(method): there is no option `\(name)`; the options are "
                        + options.map(\.name).joined(separator: ", "))
            }
            guard let accepted = option.accept(value) else {
                throw MethodError(
                    "\(method): `\(name)` must be \(option.domainText), but is \(value.text)")
            }
            values[name] = accepted
        }
        self.values = values
    }

    /// The accessors trap for options that the method does not declare.
    public func integer(_ name: String) -> Int {
        guard case .integer(let value)? = values[name] else { return undeclared(name) }
        return value
    }

    public func number(_ name: String) -> Double {
        guard case .number(let value)? = values[name] else { return undeclared(name) }
        return value
    }

    public func float(_ name: String) -> Float { Float(number(name)) }

    public func flag(_ name: String) -> Bool {
        guard case .flag(let value)? = values[name] else { return undeclared(name) }
        return value
    }

    /// Nil for an optional text that was not given.
    public func text(_ name: String) -> String? {
        switch values[name] {
        case .text(let value)?: value
        case MethodOption.Value.none?: nil
        default: undeclared(name)
        }
    }

    public func texts(_ name: String) -> [String] {
        guard case .texts(let values)? = values[name] else { return undeclared(name) }
        return values
    }

    public func choice(_ name: String) -> String { text(name) ?? undeclared(name) }

    private func undeclared<T>(_ name: String) -> T {
        preconditionFailure("the option \(name) is not declared so")
    }
}

extension MethodOption.Value {
    var text: String {
        switch self {
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .flag(let value): "\(value)"
        case .text(let value): "'\(value)'"
        case .texts(let values): "[" + values.map { "'\($0)'" }.joined(separator: ", ") + "]"
        case .none: "null"
        }
    }

    /// For storage: a letter for the type, then the value.
    var encoded: String {
        switch self {
        case .integer(let value): "i\(value)"
        case .number(let value): "n\(value)"
        case .flag(let value): "f\(value)"
        case .text(let value): "t\(value)"
        case .texts(let values): "l" + values.map { "\($0.utf8.count):\($0)" }.joined()
        case .none: "-"
        }
    }

    init(encoded text: String) {
        let rest = String(text.dropFirst())
        switch text.first {
        case "i": self = Int(rest).map { .integer($0) } ?? .none
        case "n": self = Double(rest).map { .number($0) } ?? .none
        case "f": self = .flag(rest == "true")
        case "t": self = .text(rest)
        case "l": self = .texts(Self.texts(encoded: rest.utf8[...]))
        default: self = .none
        }
    }

    /// Texts behind one another, each with its length in bytes and a colon before it.
    private static func texts(encoded: Substring.UTF8View) -> [String] {
        var texts: [String] = []
        var rest = encoded
        while let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            let length = Int(Substring(rest[..<colon]))
        {
            let text = rest[colon...].dropFirst().prefix(length)
            texts.append(String(Substring(text)))
            rest = rest[text.endIndex...]
        }
        return texts
    }
}

/// Why a method refuses its options or its data.
public struct MethodError: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
