extension ScalarFunctions {
    /// Who sees which variant of an experiment.
    static let experiment: [ScalarFunction] = [
        ScalarFunction(
            "abtest.assign", .scalar,
            ["experiment": "STRING", "user": "ANY", "configuration": "MAP"], "STRING", optional: 1,
            "The user's variant: the same each time, and independent of other experiments. "
                + "Options: variants (['A', 'B']) and their weights (equal)."
        ) { arguments throws(ValueError) in
            let variants = try experimentVariants(arguments)
            let user = arguments[1]
            let id: String
            switch user {
            case .string(let text): id = text
            case .integer(let number): id = String(number)
            default: throw arguments.wrongType(1, expected: "a string or an integer")
            }
            var share = userShare(try arguments.string(0), id)
            for variant in variants {
                if share < variant.share { return .string(variant.name) }
                share -= variant.share
            }
            return .string(variants[variants.count - 1].name)
        }
    ]

    /// Names and their shares of 1.
    private static func experimentVariants(_ arguments: Arguments) throws(ValueError)
        -> [(name: String, share: Double)]
    {
        let options = arguments.count > 2 ? try arguments.map(2) : ValueMap()
        for key in options.keys where key != "variants" && key != "weights" {
            throw .badValue(
                "abtest.assign() has no option `\(key)`; the options are variants, weights")
        }
        var names = ["A", "B"]
        if let given = options["variants"] {
            guard case .list(let values) = given, !values.isEmpty else { throw badVariants }
            names = []
            for value in values {
                guard case .string(let name) = value else { throw badVariants }
                names.append(name)
            }
        }
        var weights = [Double](repeating: 1, count: names.count)
        if let given = options["weights"] {
            guard case .list(let values) = given, values.count == names.count else {
                throw badWeights
            }
            weights = []
            for value in values {
                guard let weight = value.asDouble, weight >= 0, weight.isFinite else {
                    throw badWeights
                }
                weights.append(weight)
            }
        }
        let total = weights.reduce(0, +)
        guard total > 0 else { throw badWeights }
        return zip(names, weights).map { ($0, $1 / total) }
    }

    private static var badVariants: ValueError {
        .badValue("abtest.assign(): `variants` must be a list of names")
    }

    private static var badWeights: ValueError {
        .badValue(
            "abtest.assign(): `weights` must be a number from 0 for each variant, not all of them 0"
        )
    }

    /// A number from 0 below 1 for a user in an experiment: FNV-1a over both names' bytes, and the
    /// last step of MurmurHash3, as FNV alone leaves the upper bits of short names alike.
    private static func userShare(_ experiment: String, _ user: String) -> Double {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        experiment.utf8.forEach(add)
        add(0)
        user.utf8.forEach(add)
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        hash ^= hash >> 33
        return Double(hash >> 11) * 0x1p-53
    }
}
