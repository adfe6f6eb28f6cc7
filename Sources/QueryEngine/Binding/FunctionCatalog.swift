/// What the binder must know of the scalar functions: which there are, and how many arguments each
/// takes. Their implementations are elsewhere.
public protocol FunctionCatalog: Sendable {
    /// Looks a function up without regard to case; nil where there is none.
    func signature(of name: String) -> FunctionSignature?
    /// All names, for "did you mean".
    var functionNames: [String] { get }
}

public struct FunctionSignature: Sendable {
    /// The name under which the function is implemented.
    public let name: String
    public let arguments: ClosedRange<Int>

    public init(name: String, arguments: ClosedRange<Int>) {
        self.name = name
        self.arguments = arguments
    }
}
