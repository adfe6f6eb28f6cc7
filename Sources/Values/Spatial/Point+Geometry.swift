internal import Foundation

/// Points: how they are made, measured and taken apart.
extension PointValue {
    /// The mean radius of the earth in metres that Neo4j computes with.
    public static let earthRadius = 6_378_140.0

    /// Of `{x, y[, z]}` or `{longitude, latitude[, height]}`, with `crs` or `srid` where the keys
    /// leave it open. Nil where a coordinate is null.
    init?(_ map: ValueMap) throws(ValueError) {
        let keys: Set<String> = ["x", "y", "z", "longitude", "latitude", "height", "crs", "srid"]
        for (key, value) in map {
            guard keys.contains(key) else { throw .badValue("a point has no field '\(key)'") }
            if value.isNull { return nil }
        }
        let isGeographic = map["longitude"] != nil || map["latitude"] != nil
        let heightKey = map["height"] != nil ? "height" : "z"
        let height = try Self.coordinate(map, heightKey)
        let first = try Self.coordinate(map, isGeographic ? "longitude" : "x")
        let second = try Self.coordinate(map, isGeographic ? "latitude" : "y")
        guard let first, let second else {
            throw .badValue("a point needs x and y, or longitude and latitude")
        }
        let system = try Self.system(
            map, isGeographic: isGeographic || map["height"] != nil, hasHeight: height != nil)
        try self.init(checking: system, first, second, height ?? 0)
    }

    /// Longitudes wrap around; latitudes end at the poles.
    private init(
        checking system: System, _ x: Double, _ y: Double, _ z: Double
    ) throws(ValueError) {
        guard system.isGeographic else {
            self.init(system: system, x: x, y: y, z: z)
            return
        }
        guard (-90...90).contains(y) else {
            throw .badValue("a latitude goes from -90 to 90, but is \(y.cypherText)")
        }
        var longitude = x
        if x.isFinite && !(-180...180).contains(x) {
            longitude = (x + 180).truncatingRemainder(dividingBy: 360)
            longitude += longitude < 0 ? 180 : -180
        }
        self.init(system: system, x: longitude, y: y, z: z)
    }

    private static func coordinate(
        _ map: ValueMap, _ key: String
    ) throws(ValueError) -> Double? {
        guard let value = map[key] else { return nil }
        guard let number = value.asDouble else {
            throw .wrongType(key, expected: "a number", found: value)
        }
        return number
    }

    private static func system(
        _ map: ValueMap, isGeographic: Bool, hasHeight: Bool
    ) throws(ValueError) -> System {
        var system: System
        if let value = map["srid"] {
            guard case .integer(let id) = value, let known = Int32(exactly: id).flatMap(System.init)
            else { throw .badValue("there is no coordinate system of srid \(value.excerpt)") }
            system = known
        } else if let value = map["crs"] {
            guard case .string(let name) = value, let known = System(named: name) else {
                throw .badValue("there is no coordinate system \(value.excerpt)")
            }
            system = known
        } else {
            system = isGeographic ? .wgs84 : .cartesian
            if hasHeight { system = isGeographic ? .wgs84Z : .cartesianZ }
        }
        guard system.hasHeight == hasHeight else {
            throw .badValue(
                "the coordinate system \(system.name) has \(system.hasHeight ? 3 : 2) coordinates")
        }
        guard system.isGeographic || !isGeographic else {
            throw .badValue("the coordinate system \(system.name) has no longitude and latitude")
        }
        return system
    }

    /// In metres on the globe and in the axes' unit else; nil between coordinate systems.
    public func distance(to other: PointValue) -> Double? {
        guard system == other.system else { return nil }
        guard system.isGeographic else {
            return hypot(hypot(x - other.x, y - other.y), z - other.z)
        }
        let radians = Double.pi / 180
        let latitudes = sin((other.y - y) * radians / 2)
        let longitudes = sin((other.x - x) * radians / 2)
        let haversine =
            latitudes * latitudes
            + cos(y * radians) * cos(other.y * radians) * longitudes * longitudes
        let angle = 2 * atan2(haversine.squareRoot(), max(0, 1 - haversine).squareRoot())
        // Of two heights: along the arc half way between them, and up.
        let ground = angle * (Self.earthRadius + (z + other.z) / 2)
        return hypot(ground, z - other.z)
    }

    /// Whether the point lies in the box between two corners, borders included; on the globe the
    /// box may cross the date line. Nil between coordinate systems.
    public func isWithin(lowerLeft: PointValue, upperRight: PointValue) -> Bool? {
        guard system == lowerLeft.system, system == upperRight.system else { return nil }
        let crossesDateLine = system.isGeographic && lowerLeft.x > upperRight.x
        let isBetween =
            crossesDateLine
            ? x >= lowerLeft.x || x <= upperRight.x : x >= lowerLeft.x && x <= upperRight.x
        return isBetween && y >= lowerLeft.y && y <= upperRight.y && z >= lowerLeft.z
            && z <= upperRight.z
    }

    /// The name in lower case.
    func component(_ name: String) -> Value? {
        switch name {
        case "x": .float(x)
        case "y": .float(y)
        case "z": system.hasHeight ? .float(z) : nil
        case "longitude": system.isGeographic ? .float(x) : nil
        case "latitude": system.isGeographic ? .float(y) : nil
        case "height": system == .wgs84Z ? .float(z) : nil
        case "crs": .string(system.name)
        case "srid": .integer(Int64(system.rawValue))
        default: nil
        }
    }
}

extension PointValue.System {
    public var isGeographic: Bool { self == .wgs84 || self == .wgs84Z }

    init?(named name: String) {
        let all: [Self] = [.wgs84, .wgs84Z, .cartesian, .cartesianZ]
        guard let system = all.first(where: { $0.name == name.lowercased() }) else { return nil }
        self = system
    }
}
