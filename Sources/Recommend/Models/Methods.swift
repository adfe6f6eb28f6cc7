/// All methods that can be fitted.
public enum Methods {
    public static let all: [any RecommenderMethod.Type] = [
        ALSMethod.self,
        BaselineMethod.self,
        BPRMethod.self,
        BSPMMethod.self,
        EASEMethod.self,
        GFCFMethod.self,
        ItemKNNMethod.self,
        KNNBaselineMethod.self,
        LightGCNMethod.self,
        NMFMethod.self,
        P3AlphaMethod.self,
        PopularityMethod.self,
        RP3BetaMethod.self,
        SlopeOneMethod.self,
        SVDMethod.self,
        SVDPlusPlusMethod.self,
        UserKNNMethod.self,
    ]

    /// Errors: ``MethodError`` that names the methods there are.
    public static func named(_ name: String) throws -> any RecommenderMethod.Type {
        for method in all where method.name.lowercased() == name.lowercased() { return method }
        throw MethodError(
            "there is no method '\(name)'; the methods are " + names.joined(separator: ", "))
    }

    /// In alphabetical order.
    public static var names: [String] {
        var names: [String] = []
        for method in all { names.append(method.name) }
        return names.sorted()
    }
}
