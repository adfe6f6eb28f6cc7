public import GraphStore
public import Values

/// A function that looks into the graph, brought by the library above as its procedures are. The
/// functions of the language itself are elsewhere: `ScalarFunctions`, `GraphFunction`.
public struct LibraryFunction: Sendable {
    public typealias Body = @Sendable ([Value], GraphView) throws -> Value

    public let description: FunctionDescription
    public let arguments: ClosedRange<Int>
    /// Nodes come and go as references.
    let body: Body

    public var name: String { description.name }
    var signature: FunctionSignature { FunctionSignature(name: name, arguments: arguments) }

    public init(
        _ description: FunctionDescription, arguments: ClosedRange<Int>, body: @escaping Body
    ) {
        self.description = description
        self.arguments = arguments
        self.body = body
    }
}
