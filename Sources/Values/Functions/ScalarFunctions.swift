/// Every scalar function that needs no graph, in one table.
public enum ScalarFunctions {
    /// In the order in which the families below list them.
    public static let all: [ScalarFunction] =
        scalar + conversion + list + map + mathematical + string + temporal + duration + spatial
        + vector + similarity + experiment

    /// Names do not tell upper from lower case.
    public static func named(_ name: String) -> ScalarFunction? { byName[name.lowercased()] }

    private static let byName: [String: ScalarFunction] = Dictionary(
        all.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

    /// The longest list or string that a function makes.
    static let maximumLength = 100_000_000
}
