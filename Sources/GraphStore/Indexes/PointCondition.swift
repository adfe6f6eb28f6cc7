internal import Foundation
internal import LMDB
public import Values

/// A box of points that a point index can look for.
///
/// The index has points in the order of their systems, then of x: a strip of x is read, and the y
/// of each entry is looked at in its key. So the cost is that of the strip's entries.
public struct PointCondition: Sendable {
    fileprivate let system: PointValue.System
    /// Two where the box crosses the date line.
    fileprivate let strips: [ClosedRange<Double>]
    fileprivate let y: ClosedRange<Double>

    /// The box between two corners, borders included. Nil where no point can lie in it.
    public init?(lowerLeft: PointValue, upperRight: PointValue) {
        guard lowerLeft.system == upperRight.system, lowerLeft.y <= upperRight.y,
            !lowerLeft.x.isNaN, !upperRight.x.isNaN
        else { return nil }
        system = lowerLeft.system
        y = lowerLeft.y...upperRight.y
        if lowerLeft.x <= upperRight.x {
            strips = [lowerLeft.x...upperRight.x]
        } else if system.isGeographic {
            strips = [-180...upperRight.x, lowerLeft.x...180]
        } else {
            return nil
        }
    }

    /// A box around all points up to `distance` (metres on the globe) from the centre: what lies
    /// in its corners is farther. Nil where there is none.
    public init?(center: PointValue, distance: Double) {
        guard distance >= 0, center.x.isFinite, center.y.isFinite else { return nil }
        system = center.system
        // More than what rounding can have done.
        let reach = distance * (1 + 1e-9) + 1e-9
        guard system.isGeographic else {
            strips = [(center.x - reach)...(center.x + reach)]
            y = (center.y - reach)...(center.y + reach)
            return
        }
        // Points below the ground are nearer to each other than those above them: no box then.
        let angle = reach / PointValue.earthRadius
        let degrees = 180 / Double.pi
        let south = center.y - angle * degrees
        let north = center.y + angle * degrees
        guard !system.hasHeight, south > -90, north < 90 else {
            strips = [-180...180]
            y = system.hasHeight ? -90...90 : max(-90, south)...min(90, north)
            return
        }
        y = south...north
        // Where the circle's meridians touch it: sin Δ = sin(angle) / cos(latitude).
        let width = asin(min(1, sin(angle) / cos(center.y / degrees))) * degrees * (1 + 1e-9)
        let (west, east) = (center.x - width, center.x + width)
        if west < -180 {
            strips = [-180...east, (west + 360)...180]
        } else if east > 180 {
            strips = [-180...(east - 360), west...180]
        } else {
            strips = [west...east]
        }
    }
}

extension GraphView {
    /// The entities whose point lies in the box, ascending. Errors: `schemaMissing` where no such
    /// point index is online.
    public func seek(_ index: IndexDefinition, _ condition: PointCondition) throws(StoreError)
        -> IndexMatches
    {
        let found = try online(index, .point)
        let cursor = try transaction.openCursor(core.databases.indexes)
        var prefix = IndexKey.prefix(found.id)
        prefix.append(IndexKey.Kind.point.rawValue)
        prefix.append(bigEndian: condition.system.rawValue)
        let south = IndexKey.ordered(condition.y.lowerBound)
        let north = IndexKey.ordered(condition.y.upperBound)
        var ids: [UInt64] = []
        for strip in condition.strips {
            var first = prefix
            first.append(bigEndian: IndexKey.ordered(strip.lowerBound))
            let east = IndexKey.ordered(strip.upperBound)
            var isThere = first.lend { cursor.seek($0) }
            while isThere, cursor.key.starts(with: prefix),
                cursor.key.count == prefix.count + Self.coordinateBytes + IndexKey.entityBytes,
                cursor.key.big(UInt64.self, at: prefix.count) <= east
            {
                let y = cursor.key.big(UInt64.self, at: prefix.count + 8)
                if y >= south, y <= north {
                    ids.append(
                        cursor.key.big(UInt64.self, at: prefix.count + Self.coordinateBytes))
                }
                isThere = cursor.next()
            }
        }
        return IndexMatches(ids: KeptIDs(ids.sorted()), exact: true)
    }

    /// x, y and z in a key.
    private static let coordinateBytes = 3 * 8
}
