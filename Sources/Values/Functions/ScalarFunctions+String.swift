internal import Foundation

extension ScalarFunctions {
    /// Functions on strings. Places and lengths count code points, from 0.
    static let string: [ScalarFunction] = parts + letterCase + trimming + other

    private static let parts: [ScalarFunction] = [
        ScalarFunction(
            "left", .string, ["original": "STRING", "length": "INTEGER"], "STRING",
            "The first code points of a string."
        ) { arguments throws(ValueError) in
            .string(slice(try arguments.string(0), from: 0, count: try arguments.length(1)))
        },
        ScalarFunction(
            "right", .string, ["original": "STRING", "length": "INTEGER"], "STRING",
            "The last code points of a string."
        ) { arguments throws(ValueError) in
            let string = try arguments.string(0)
            let length = try arguments.length(1)
            let start = max(0, string.codePointCount - length)
            return .string(slice(string, from: start, count: length))
        },
        ScalarFunction(
            "substring", .string,
            ["original": "STRING", "start": "INTEGER", "length": "INTEGER"], "STRING",
            optional: 1, "A string from a place on, to its end or for a length."
        ) { arguments throws(ValueError) in
            let length = arguments.count > 2 ? try arguments.length(2) : Int.max
            return .string(
                slice(try arguments.string(0), from: try arguments.length(1), count: length))
        },
        ScalarFunction(
            "split", .string, ["original": "STRING", "delimiters": "STRING | LIST<STRING>"],
            "LIST<STRING>", "The parts of a string between delimiters."
        ) { arguments throws(ValueError) in
            .list(
                split(try arguments.string(0), at: try delimiters(arguments)).map { .string($0) })
        },
        ScalarFunction(
            "replace", .string,
            [
                "original": "STRING", "search": "STRING", "replace": "STRING",
                "limit": "INTEGER",
            ], "STRING", optional: 1,
            "A string with every occurrence of another replaced, or as many as the limit says."
        ) { arguments throws(ValueError) in
            let search = try arguments.string(1)
            let limit = arguments.count > 3 ? try arguments.length(3) : Int.max
            let (text, replacement) = (try arguments.string(0), try arguments.string(2))
            let parts = split(text, at: [search], limit: limit)
            let (added, overflows) = replacement.utf8.count.multipliedReportingOverflow(
                by: parts.count - 1)
            guard !overflows, text.utf8.count + added <= maximumLength else {
                throw .outOfRange("replace() makes strings of at most \(maximumLength) bytes")
            }
            return .string(parts.joined(separator: replacement))
        },
    ]

    private static let letterCase: [ScalarFunction] =
        onString("toUpper", "The string in upper case.") { $0.uppercased() }.alsoNamed("upper")
        + onString("toLower", "The string in lower case.") { $0.lowercased() }.alsoNamed("lower")

    private static let trimming: [ScalarFunction] = [
        trim("trim", "spaces, or the given characters, at both ends", .both),
        trim("btrim", "spaces, or the given characters, at both ends", .both),
        trim("ltrim", "spaces, or the given characters, at the start", .start),
        trim("rtrim", "spaces, or the given characters, at the end", .end),
    ]

    private static let other: [ScalarFunction] =
        [
            ScalarFunction(
                "char_length", .scalar, ["input": "STRING"], "INTEGER",
                "How many code points a string has."
            ) { arguments throws(ValueError) in
                .integer(Int64(try arguments.string(0).codePointCount))
            }
        ].flatMap { $0.alsoNamed("character_length") } + [
            ScalarFunction(
                "normalize", .string, ["input": "STRING", "form": "STRING"], "STRING",
                optional: 1, "The string in a Unicode normal form: NFC (default), NFD, NFKC, NFKD."
            ) { arguments throws(ValueError) in
                .string(try normalized(arguments))
            },
            ScalarFunction(
                "isNormalized", .string, ["input": "STRING", "form": "STRING"], "BOOLEAN",
                optional: 1,
                "Whether a string is in a Unicode normal form: what IS NORMALIZED calls."
            ) { arguments throws(ValueError) in
                let form = try normalized(arguments)
                return .boolean(form.utf8.elementsEqual(try arguments.string(0).utf8))
            },
            pad("lpad", "start"),
            pad("rpad", "end"),
        ]

    private static func normalized(_ arguments: Arguments) throws(ValueError) -> String {
        let string = try arguments.string(0)
        let form = arguments.count > 1 ? try arguments.string(1) : "NFC"
        switch form.uppercased() {
        case "NFC": return string.precomposedStringWithCanonicalMapping
        case "NFD": return string.decomposedStringWithCanonicalMapping
        case "NFKC": return string.precomposedStringWithCompatibilityMapping
        case "NFKD": return string.decomposedStringWithCompatibilityMapping
        default: throw .badValue("\(arguments.function)() knows no form '\(form)'")
        }
    }

    private static func onString(
        _ name: String, _ description: String, _ function: @escaping @Sendable (String) -> String
    ) -> ScalarFunction {
        ScalarFunction(name, .string, ["input": "STRING"], "STRING", description) {
            arguments throws(ValueError) in .string(function(try arguments.string(0)))
        }
    }

    private static func delimiters(_ arguments: Arguments) throws(ValueError) -> [String] {
        guard case .list(let list) = arguments[1] else { return [try arguments.string(1)] }
        var delimiters: [String] = []
        for element in list {
            guard case .string(let delimiter) = element else {
                throw arguments.wrongType(1, expected: "a string or a list of strings")
            }
            delimiters.append(delimiter)
        }
        return delimiters
    }

    private static func slice(_ string: String, from start: Int, count: Int) -> String {
        let scalars = string.unicodeScalars
        return String(String.UnicodeScalarView(scalars.dropFirst(start).prefix(count)))
    }

    /// At most `limit` cuts; an empty delimiter cuts between all code points.
    private static func split(
        _ string: String, at delimiters: [String], limit: Int = .max
    ) -> [String] {
        if delimiters.contains("") {
            let scalars = Array(string.unicodeScalars)
            let cuts = min(limit, max(0, scalars.count - 1))
            return scalars.prefix(cuts).map { String($0) } + [
                String(String.UnicodeScalarView(scalars.dropFirst(cuts)))
            ]
        }
        let delimiters = delimiters.map { Array($0.utf8) }
        return string.withBytes { bytes in
            var parts: [String] = []
            var start = 0
            var place = 0
            while place < bytes.count, parts.count < limit {
                let found = delimiters.first {
                    // Most places fail by their first byte.
                    bytes[place] == $0[0] && bytes[place...].starts(with: $0)
                }
                if let found {
                    parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
                    place += found.count
                    start = place
                } else {
                    place += 1
                }
            }
            parts.append(String(decoding: bytes[start...], as: UTF8.self))
            return parts
        }
    }

    private enum End { case start, end, both }

    private static func trim(_ name: String, _ what: String, _ end: End) -> ScalarFunction {
        ScalarFunction(
            name, .string, ["input": "STRING", "trimCharacterString": "STRING"], "STRING",
            optional: 1, "The string without \(what)."
        ) { arguments throws(ValueError) in
            var scalars = try arguments.string(0).unicodeScalars[...]
            let characters: Set<Unicode.Scalar>? =
                arguments.count > 1 ? Set(try arguments.string(1).unicodeScalars) : nil
            func isTrimmed(_ scalar: Unicode.Scalar) -> Bool {
                characters?.contains(scalar) ?? scalar.properties.isWhitespace
            }
            if end != .end {
                scalars = scalars.drop(while: isTrimmed)
            }
            if end != .start {
                while let last = scalars.last, isTrimmed(last) { scalars.removeLast() }
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        }
    }

    private static func pad(_ name: String, _ end: String) -> ScalarFunction {
        ScalarFunction(
            name, .string, ["original": "STRING", "length": "INTEGER", "padding": "STRING"],
            "STRING", optional: 1,
            "The string filled up to a length at its \(end) with spaces or as given; cut to the "
                + "length where it is longer."
        ) { arguments throws(ValueError) in
            let string = try arguments.string(0)
            let length = try arguments.length(1)
            let padding = Array(
                (arguments.count > 2 ? try arguments.string(2) : " ").unicodeScalars)
            guard length <= maximumLength else {
                throw .outOfRange("\(name)() makes at most \(maximumLength) code points")
            }
            let missing = length - string.codePointCount
            guard missing > 0, !padding.isEmpty else {
                return .string(slice(string, from: 0, count: length))
            }
            var fill = String.UnicodeScalarView()
            for place in 0..<missing { fill.append(padding[place % padding.count]) }
            return .string(end == "start" ? String(fill) + string : string + String(fill))
        }
    }
}
