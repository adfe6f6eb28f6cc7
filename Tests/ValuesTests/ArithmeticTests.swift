import Testing
import Values

@Suite struct ArithmeticTests {
    @Test func integersNeverWrap() {
        let cases: [(Value, Value, (Value, Value) throws(ValueError) -> Value)] = [
            (.integer(.max), .integer(1), Value.add), (.integer(.min), .integer(1), Value.subtract),
            (.integer(.max), .integer(2), Value.multiply),
            (.integer(.min), .integer(-1), Value.divide), (.integer(1), .integer(0), Value.divide),
            (.integer(1), .integer(0), Value.modulo),
        ]
        for (left, right, operation) in cases {
            let error = #expect(throws: ValueError.self) { try operation(left, right) }
            #expect(error?.kind == .arithmeticError)
        }
        #expect(throws: ValueError.self) { try Value.negate(.integer(.min)) }
    }

    @Test func integersAgreeWithAWiderModel() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<2_000 {
            let left =
                Int64.random(in: .min ... .max, using: &generator)
                >> Int64.random(in: 0...63, using: &generator)
            let right =
                Int64.random(in: .min ... .max, using: &generator)
                >> Int64.random(in: 0...63, using: &generator)
            let model: [(Int128, (Value, Value) throws(ValueError) -> Value)] = [
                (Int128(left) + Int128(right), Value.add),
                (Int128(left) - Int128(right), Value.subtract),
                (Int128(left) * Int128(right), Value.multiply),
            ]
            for (expected, operation) in model {
                let result = try? operation(.integer(left), .integer(right))
                if let exact = Int64(exactly: expected) {
                    guard case .integer(exact)? = result else {
                        Issue.record("\(left), \(right): \(result?.cypherText ?? "error")")
                        continue
                    }
                } else {
                    #expect(result == nil)
                }
            }
        }
    }

    @Test(arguments: [
        ("7 / 2", "3"), ("-7 / 2", "-3"), ("-7 % 2", "-1"), ("7 / 2.0", "3.5"),
        ("1 / 0.0", "Infinity"),
        ("2 ^ 10", "1024.0"), ("'a' + 1", "'a1'"), ("1.5 + 'a'", "'1.5a'"),
        ("'a' + true", "'atrue'"),
        ("[1] + 2", "[1, 2]"), ("0 + [1]", "[0, 1]"), ("[1] + [2]", "[1, 2]"), ("1 + null", "null"),
        ("null + [1]", "null"), ("5 % 2.5", "0.0"),
    ])
    func operators(_ text: String, _ expected: String) throws {
        #expect(try Expression.evaluate(text).cypherText == expected)
    }

    @Test func kindsThatDoNotAddAreATypeError() {
        let error = #expect(throws: ValueError.self) {
            try Value.add(.boolean(true), .integer(1))
        }
        #expect(error?.kind == .typeError)
        #expect(error?.detail == .invalidArgumentType)
        #expect(throws: ValueError.self) { try Value.add(.string("a"), .map([:])) }
    }

    @Test func logicIsThreeValued() throws {
        #expect(try Value.and(.null, .boolean(false)).cypherText == "false")
        #expect(try Value.and(.null, .boolean(true)).cypherText == "null")
        #expect(try Value.or(.null, .boolean(true)).cypherText == "true")
        #expect(try Value.xor(.null, .boolean(true)).cypherText == "null")
        #expect(try Value.not(.null).cypherText == "null")
        #expect(throws: ValueError.self) { try Value.and(.integer(1), .boolean(true)) }
    }

    @Test func elementsAndSlices() throws {
        let list: Value = .list([.integer(1), .integer(2), .integer(3)])
        #expect(try Value.element(of: list, at: .integer(-1)).cypherText == "3")
        #expect(try Value.element(of: list, at: .integer(3)).cypherText == "null")
        #expect(try Value.slice(list, from: .integer(1), to: nil).cypherText == "[2, 3]")
        #expect(try Value.slice(list, from: .integer(-5), to: .integer(-1)).cypherText == "[1, 2]")
        #expect(try Value.slice(list, from: .null, to: nil).cypherText == "null")
        let error = #expect(throws: ValueError.self) {
            try Value.element(of: .map([:]), at: .integer(1))
        }
        #expect(error?.detail == .mapElementAccessByNonString)
    }

    @Test func textPredicates() throws {
        #expect(Value.startsWith(.string("abc"), .string("ab")) == true)
        #expect(Value.endsWith(.string("abc"), .string("bc")) == true)
        #expect(Value.containsText(.string("abc"), .string("")) == true)
        #expect(Value.containsText(.string("ab"), .string("abc")) == false)
        #expect(Value.startsWith(.string("abc"), .integer(1)) == nil)
    }
}
