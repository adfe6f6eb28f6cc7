import Cypher
import Testing

@Suite struct PrecedenceTests {
    /// Each pair: without and with the brackets that precedence implies.
    @Test(arguments: [
        ("a OR b AND c", "a OR (b AND c)"),
        ("a OR b XOR c", "a OR (b XOR c)"),
        ("a XOR b AND c", "a XOR (b AND c)"),
        ("NOT a AND b", "(NOT a) AND b"),
        ("NOT a = b", "NOT (a = b)"),
        ("NOT a IS NULL", "NOT (a IS NULL)"),
        ("a = b IN c", "a = (b IN c)"),
        ("a = b IS NULL", "a = (b IS NULL)"),
        ("a < b STARTS WITH c", "a < (b STARTS WITH c)"),
        ("a + b IN c + d", "(a + b) IN (c + d)"),
        ("a + b * c", "a + (b * c)"),
        ("a - b - c", "(a - b) - c"),
        ("a || b + c", "(a || b) + c"),
        ("a * b ^ c", "a * (b ^ c)"),
        ("a ^ b ^ c", "(a ^ b) ^ c"),
        ("-a ^ b", "(-a) ^ b"),
        ("-3 ^ 2", "(-3) ^ 2"),
        ("-a.b", "-(a.b)"),
        ("a + -b", "a + (-b)"),
        ("a.b[c].d", "((a.b)[c]).d"),
        ("NOT n:A AND b", "(NOT (n:A)) AND b"),
        ("a:B = c", "(a:B) = c"),
        ("n:A|B AND c", "(n:(A|B)) AND c"),
        ("a % b / c * d", "((a % b) / c) * d"),
        ("a IN b IN c", "(a IN b) IN c"),
        ("a IS NULL IS NOT NULL", "(a IS NULL) IS NOT NULL"),
        ("a =~ b AND c CONTAINS d", "(a =~ b) AND (c CONTAINS d)"),
    ])
    func binds(_ plain: String, _ bracketed: String) throws {
        let tree = structure(try Parser.parseExpression(plain))
        #expect(tree == structure(try Parser.parseExpression(bracketed)))
    }

    @Test func comparisonsChain() throws {
        let expression = try Parser.parseExpression("1 < a <= b = c")
        guard case .comparison(let operands, let operators) = expression.kind else {
            return #expect(Bool(false))
        }
        #expect(operands.count == 4)
        #expect(operators == [.less, .lessOrEqual, .equal])
    }

    @Test func bracketsAreExpressionsOrPatterns() throws {
        func isPattern(_ text: String) throws -> Bool {
            if case .patternPredicate = try Parser.parseExpression(text).kind { return true }
            return false
        }
        for text in [
            "(a)-->(b)", "(a)--(b)", "(a)<--(b)", "()-[]-()", "(a:A {x: 1})-[r:R*1..2]->(:B)",
            "(a)-[x]-(b)", "({x: 1})--()", "(a WHERE a.x)-->()", "(a)<-[:R]->(b)",
        ] {
            #expect(try isPattern(text), "\(text)")
        }
        for text in [
            "(a)-(b)", "(a) - -(b)", "(a)", "(a:A)", "(a)-[1, 2]", "(a)<-(b)", "(a.x)--(b.x)",
            "(1)--(2)", "(a)-[x]", "((a))-[x]-(b)", "(a)+(b)", "(a)=(b)", "(a)--1",
        ] {
            #expect(try !isPattern(text), "\(text)")
        }
    }

    /// Thousands of generated alternatives do not make a tree of thousands of levels.
    @Test func longLogicalChainsAreBalanced() throws {
        let text = (0..<10_000).map { "n.id = \($0)" }.joined(separator: " OR ")
        let expression = try Parser.parseExpression(text)
        func height(_ expression: Expression) -> Int {
            guard case .binary(_, let left, let right) = expression.kind else { return 0 }
            return 1 + max(height(left), height(right))
        }
        #expect(height(expression) == 14)
        var order: [Int64] = []
        func collect(_ expression: Expression) {
            switch expression.kind {
            case .binary(_, let left, let right):
                collect(left)
                collect(right)
            case .comparison(let operands, _):
                if case .integer(let value) = operands[1].kind { order.append(value) }
            default: break
            }
        }
        collect(expression)
        #expect(order == Array(0..<10_000))
    }
}
