import Testing

@testable import Cypher

@Test func first() throws { _ = try Parser.parse("RETURN 1") }
