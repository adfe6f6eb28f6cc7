import Testing
import Values

@Suite struct FunctionTests {
    @Test(arguments: [
        ("toInteger('42')", "42"), ("toInteger('1.7')", "1"), ("toInteger(' 7 ')", "7"),
        ("toInteger('x')", "null"), ("toInteger(true)", "1"), ("toInteger(-2.9)", "-2"),
        ("toFloat('1.5e3')", "1500.0"), ("toFloat('0x10')", "null"), ("toFloat('')", "null"),
        ("toBoolean('TRUE')", "true"), ("toBoolean(0)", "false"), ("toBoolean('t')", "null"),
        ("toIntegerOrNull([1])", "null"),
        ("toIntegerList(['1', true, {}, null])", "[1, 1, null, null]"),
        ("toString(1.0)", "'1.0'"),
        ("toStringList([1, date('2020-01-01')])", "['1', '2020-01-01']"),
        ("size('naïve')", "5"), ("size([1, 2])", "2"), ("size(null)", "null"),
        ("head([1, 2])", "1"), ("last([])", "null"), ("tail([1, 2, 3])", "[2, 3]"),
        ("reverse('abc')", "'cba'"), ("reverse([1, 2])", "[2, 1]"),
        ("range(1, 10, 3)", "[1, 4, 7, 10]"),
        ("range(3, 1)", "[]"), ("range(3, 1, -1)", "[3, 2, 1]"),
        ("keys({a: 1, b: null})", "['a', 'b']"),
        ("coalesce(null, 2, 3)", "2"), ("nullIf(1, 1.0)", "null"),
        ("valueType(1)", "'INTEGER NOT NULL'"),
        ("isEmpty('')", "true"), ("timestamp()", "2000000"),
        ("randomUUID()", "'01234567-89ab-4def-8123-456789abcdef'"),
    ])
    func general(_ text: String, _ expected: String) throws {
        #expect(try Expression.evaluate(text).cypherText == expected)
    }

    @Test(arguments: [
        ("abs(-3)", "3"), ("abs(-1.5)", "1.5"), ("sign(-0.5)", "-1"), ("ceil(1.2)", "2.0"),
        ("floor(-1.2)", "-2.0"), ("round(1.5)", "2.0"), ("round(-1.5)", "-1.0"),
        ("round(3)", "3.0"),
        ("round(1.005, 2)", "1.01"), ("round(-1.55, 1)", "-1.6"), ("round(1.249, 1)", "1.2"),
        ("round(0.05, 0)", "0.0"), ("round(9.99, 1)", "10.0"), ("round(0.6, 0)", "1.0"),
        ("round(1.25, 1, 'HALF_EVEN')", "1.2"), ("round(1.35, 1, 'HALF_EVEN')", "1.4"),
        ("round(1.21, 1, 'UP')", "1.3"), ("round(1.29, 1, 'DOWN')", "1.2"),
        ("round(-1.21, 1, 'CEILING')", "-1.2"), ("round(-1.21, 1, 'FLOOR')", "-1.3"),
        ("round(1.25, 1, 'HALF_DOWN')", "1.2"), ("round(123.4, 400)", "123.4"),
        ("sqrt(16)", "4.0"), ("log10(1000)", "3.0"), ("exp(0)", "1.0"),
        ("isNaN(0.0 / 0.0)", "true"),
        ("degrees(pi())", "180.0"), ("atan2(0, 1)", "0.0"), ("haversin(0)", "0.0"),
    ])
    func mathematical(_ text: String, _ expected: String) throws {
        #expect(try Expression.evaluate(text).cypherText == expected)
    }

    @Test(arguments: [
        ("left('hello', 3)", "'hel'"), ("right('hello', 3)", "'llo'"), ("left('é', 9)", "'é'"),
        ("substring('hello', 1, 3)", "'ell'"), ("substring('hello', 3)", "'lo'"),
        ("substring('hello', 9)", "''"), ("split('one1two', '1')", "['one', 'two']"),
        ("split('', ',')", "['']"), ("split('a,b;c', [',', ';'])", "['a', 'b', 'c']"),
        ("split('abc', '')", "['a', 'b', 'c']"), ("replace('hello', 'l', 'w')", "'hewwo'"),
        ("replace('hello', 'l', 'w', 1)", "'hewlo'"), ("toUpper('é')", "'É'"),
        ("lower('ABC')", "'abc'"),
        ("trim('  a ')", "'a'"), ("ltrim('  a ')", "'a '"), ("rtrim('  a ')", "'  a'"),
        ("btrim('xxaxx', 'x')", "'a'"), ("lpad('7', 3, '0')", "'007'"),
        ("rpad('ab', 5, 'xy')", "'abxyx'"),
        ("char_length('ab')", "2"), ("size(normalize('e\u{301}'))", "1"),
    ])
    func strings(_ text: String, _ expected: String) throws {
        #expect(try Expression.evaluate(text).cypherText == expected)
    }

    @Test(
        arguments: [
            (
                "gds.similarity.jaccard([1.0, 5.0, 3.0, 6.7], [5.0, 2.5, 3.1, 9.0])",
                0.142857142857143
            ),
            ("gds.similarity.overlap([1.0, 5.0, 3.0, 6.7], [5.0, 2.5, 3.1, 9.0])", 0.25),
            (
                "gds.similarity.cosine([1.0, 5.0, 3.0, 6.7], [5.0, 2.5, 3.1, 9.0])",
                0.882757381034594
            ),
            ("similarity.pearson([1, 2, 3], [2, 4, 6])", 1),
            ("similarity.pearson([1, 1], [2, 4])", 0),
            ("similarity.euclidean([0, 0], [3, 4])", 1.0 / 6),
            ("similarity.cosine([0, 0], [3, 4])", 0),
            ("similarity.jaccard([1, 1, 2], [1, 2, 2])", 0.5),
            ("vector.similarity.cosine(vector([1, 0]), vector([0, 1]))", 0.5),
            ("vector.similarity.euclidean([0, 0], [3, 4])", 1.0 / 26),
            (
                "similarity.cosine(vector([1, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 2, 3, 4, 5, 6, 7, 8, 9])",
                1
            ),
        ] as [(String, Double)])
    func similarities(_ text: String, _ expected: Double) throws {
        let result = try #require(try Expression.evaluate(text).asDouble)
        #expect(abs(result - expected) < 1e-12)
    }

    @Test(
        arguments: [
            ("toBoolean(1.0)", ValueError.Kind.typeError, ValueError.Detail.invalidArgumentValue),
            ("toFloat(true)", .typeError, .invalidArgumentValue),
            ("range(2, 8, 0)", .argumentError, .numberOutOfRange),
            ("range(2, 'a')", .argumentError, .invalidArgumentType),
            ("range(1.0, 2)", .argumentError, .invalidArgumentType),
            ("range(0, 9000000000)", .argumentError, .numberOutOfRange),
            ("left('a', -1)", .argumentError, .numberOutOfRange),
            ("abs('x')", .typeError, .invalidArgumentType),
            ("abs(1, 2)", .argumentError, .invalidNumberOfArguments),
            ("similarity.cosine([1], [1, 2])", .argumentError, .invalidArgumentValue),
        ] as [(String, ValueError.Kind, ValueError.Detail)])
    func failures(_ text: String, _ kind: ValueError.Kind, _ detail: ValueError.Detail) {
        let error = #expect(throws: ValueError.self) { try Expression.evaluate(text) }
        #expect(error?.kind == kind)
        #expect(error?.detail == detail)
    }

    @Test func everyFunctionIsFoundAndDescribed() {
        var names: Set<String> = []
        for function in ScalarFunctions.all {
            #expect(names.insert(function.name.lowercased()).inserted)
            #expect(ScalarFunctions.named(function.name.uppercased())?.name == function.name)
            #expect(!function.description.isEmpty)
            #expect(function.minimumArguments <= function.maximumArguments)
        }
        #expect(
            ScalarFunctions.named("substring")?.signature
                == "substring(original :: STRING, start :: INTEGER, length = … :: INTEGER) :: STRING"
        )
    }

    @Test func nullsPassThrough() throws {
        let context = FunctionContext(clock: Expression.clock)
        for function in ScalarFunctions.all where function.propagatesNull {
            for count in max(1, function.minimumArguments)...4
            where count <= function.maximumArguments {
                let result = try function.evaluate(Array(repeating: .null, count: count), context)
                #expect(result.isNull)
            }
        }
    }
}
