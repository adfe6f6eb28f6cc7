import Testing
import Values

@Suite struct SpatialTests {
    @Test(arguments: [
        ("point({x: 1, y: 2})", "point({x: 1.0, y: 2.0, crs: 'cartesian'})"),
        ("point({x: 1, y: 2, z: 3})", "point({x: 1.0, y: 2.0, z: 3.0, crs: 'cartesian-3d'})"),
        ("point({longitude: 190, latitude: 2})", "point({x: -170.0, y: 2.0, crs: 'wgs-84'})"),
        (
            "point({longitude: 1, latitude: 2, height: 3})",
            "point({x: 1.0, y: 2.0, z: 3.0, crs: 'wgs-84-3d'})"
        ),
        ("point({x: 1, y: 2, srid: 4326})", "point({x: 1.0, y: 2.0, crs: 'wgs-84'})"),
        ("point({x: 1, y: 2, crs: 'WGS-84'})", "point({x: 1.0, y: 2.0, crs: 'wgs-84'})"),
        ("point({x: 1, y: null})", "null"), ("point({x: 3, y: 4}).x", "3.0"),
        ("point({longitude: 3, latitude: 4}).latitude", "4.0"),
        ("point({x: 3, y: 4}).srid", "7203"),
        ("point.distance(point({x: 0, y: 0}), point({x: 3, y: 4}))", "5.0"),
        ("distance(point({x: 0, y: 0, z: 0}), point({x: 2, y: 3, z: 6}))", "7.0"),
        ("point.distance(point({x: 0, y: 0}), point({longitude: 3, latitude: 4}))", "null"),
        ("point.withinBBox(point({x: 1, y: 1}), point({x: 0, y: 0}), point({x: 1, y: 2}))", "true"),
        (
            "point.withinBBox(point({longitude: 179, latitude: 0}), "
                + "point({longitude: 170, latitude: -1}), point({longitude: -170, latitude: 1}))",
            "true"
        ),
    ])
    func points(_ expression: String, _ expected: String) throws {
        #expect(try Expression.evaluate(expression).cypherText == expected)
    }

    @Test func distancesOnTheGlobe() throws {
        // A quarter of the way around, along the equator.
        let quarter = try Expression.evaluate(
            "point.distance(point({longitude: 0, latitude: 0}), point({longitude: 90, latitude: 0}))"
        )
        #expect(abs((quarter.asDouble ?? 0) - 6_378_140 * Double.pi / 2) < 1e-3)
    }

    @Test(arguments: [
        "point({x: 1})", "point({longitude: 1, latitude: 91})", "point({x: 1, y: 2, srid: 1})",
        "point({x: 1, y: 2, z: 3, crs: 'cartesian'})", "point({x: 'a', y: 2})", "point({foo: 1})",
        "point({longitude: 1, latitude: 2, crs: 'cartesian'})",
    ])
    func malformed(_ expression: String) {
        #expect(throws: ValueError.self) { try Expression.evaluate(expression) }
    }
}
