extension ScalarFunctions {
    /// Functions on maps. `n { .*, key: value }` is one, too.
    static let map: [ScalarFunction] = [
        ScalarFunction(
            "map.merge", .scalar, ["maps": "MAP"], "MAP", isVariadic: true, propagatesNull: false,
            "The entries of all maps; of two with one key the later one. Nulls are left out."
        ) { arguments throws(ValueError) in
            var entries: [(String, Value)] = []
            for place in 0..<arguments.count where !arguments[place].isNull {
                entries += try arguments.map(place)
            }
            return .map(ValueMap(entries))
        }
    ]
}
