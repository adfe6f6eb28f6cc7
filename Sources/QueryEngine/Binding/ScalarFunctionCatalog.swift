import Values

/// The functions of the room `Values`, as the binder sees them.
public struct ScalarFunctionCatalog: FunctionCatalog {
    public init() {}

    public func signature(of name: String) -> FunctionSignature? {
        guard let function = ScalarFunctions.named(name) else { return nil }
        return FunctionSignature(
            name: function.name,
            arguments: function.minimumArguments...function.maximumArguments)
    }

    public var functionNames: [String] { ScalarFunctions.all.map(\.name) }
}
