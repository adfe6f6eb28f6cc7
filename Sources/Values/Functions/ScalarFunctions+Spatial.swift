extension ScalarFunctions {
    static let spatial: [ScalarFunction] =
        [
            ScalarFunction(
                "point", .spatial, ["input": "MAP"], "POINT",
                "A point of coordinates x, y, z or longitude, latitude, height."
            ) { arguments throws(ValueError) in
                if case .point = arguments[0] { return arguments[0] }
                return try PointValue(try arguments.map(0)).map { .point($0) } ?? .null
            },
            ScalarFunction(
                "point.withinBBox", .spatial,
                ["point": "POINT", "lowerLeft": "POINT", "upperRight": "POINT"], "BOOLEAN",
                "Whether a point lies in the box between two corners."
            ) { arguments throws(ValueError) in
                guard case .point(let point) = arguments[0],
                    case .point(let lowerLeft) = arguments[1],
                    case .point(let upperRight) = arguments[2]
                else { return .null }
                return point.isWithin(lowerLeft: lowerLeft, upperRight: upperRight)
                    .map { .boolean($0) } ?? .null
            },
        ]
        + ScalarFunction(
            "point.distance", .spatial, ["from": "POINT", "to": "POINT"], "FLOAT",
            "The distance of two points: metres on the globe, else in the axes' unit."
        ) { arguments throws(ValueError) in
            guard case .point(let from) = arguments[0], case .point(let to) = arguments[1] else {
                return .null
            }
            return from.distance(to: to).map { .float($0) } ?? .null
        }.alsoNamed("distance")
}
