import Values

/// Values that PackStream has no marker for are structures: a tag and fields.
extension PackStreamEncoder {
    mutating func write(structured value: Value, depth: Int) throws {
        switch value {
        case .date(let date):
            writeStructure(.date, fields: 1)
            write(integer: date.epochDay)
        case .localTime(let time):
            writeStructure(.localTime, fields: 1)
            write(integer: time.nanosecondOfDay)
        case .time(let time):
            writeStructure(.time, fields: 2)
            write(integer: time.nanosecondOfDay)
            write(integer: Int64(time.offsetSeconds))
        case .localDateTime(let dateTime):
            writeStructure(.localDateTime, fields: 2)
            write(integer: dateTime.epochSecond)
            write(integer: Int64(dateTime.nanosecond))
        case .dateTime(let dateTime): try write(dateTime: dateTime)
        case .duration(let duration):
            writeStructure(.duration, fields: 4)
            write(integer: duration.months)
            write(integer: duration.days)
            write(integer: duration.seconds)
            write(integer: Int64(duration.nanoseconds))
        case .point(let point): write(point: point)
        case .vector(let components): try write(vector: components)
        case .node(let node):
            try checkDepth(depth)
            try write(node: node, depth: depth)
        case .relationship(let relationship):
            try checkDepth(depth)
            try write(relationship: relationship, depth: depth)
        case .path(let path):
            try checkDepth(depth)
            try write(path: path, depth: depth)
        case .nodeReference, .relationshipReference, .pathReference:
            throw PackStreamError.unmaterialisedReference
        case .null, .boolean, .integer, .float, .string, .bytes, .list, .map:
            preconditionFailure("not a structure")
        }
    }

    private mutating func writeStructure(_ tag: StructureTag, fields: Int) {
        writeStructure(tag.rawValue, fields: fields)
    }

    private mutating func write(dateTime: DateTimeValue) throws {
        let utc = dialect.usesUTCDateTimes
        let seconds =
            utc ? dateTime.epochSecond : dateTime.epochSecond &+ Int64(dateTime.offsetSeconds)
        if let zone = dateTime.zone {
            writeStructure(utc ? .dateTimeInZone : .legacyDateTimeInZone, fields: 3)
            write(integer: seconds)
            write(integer: Int64(dateTime.nanosecond))
            try write(string: zone)
        } else {
            writeStructure(utc ? .dateTime : .legacyDateTime, fields: 3)
            write(integer: seconds)
            write(integer: Int64(dateTime.nanosecond))
            write(integer: Int64(dateTime.offsetSeconds))
        }
    }

    private mutating func write(point: PointValue) {
        let isThreeDimensional = point.system.dimensions == 3
        writeStructure(
            isThreeDimensional ? .point3D : .point2D, fields: isThreeDimensional ? 4 : 3)
        write(integer: Int64(point.system.rawValue))
        write(float: point.x)
        write(float: point.y)
        if isThreeDimensional { write(float: point.z) }
    }

    private mutating func write(vector components: [Float]) throws {
        guard dialect.hasVectors else {
            try writeSize(components.count, of: .list)
            for component in components { write(float: Double(component)) }
            return
        }
        writeStructure(.vector, fields: 2)
        try writeSize(1, of: .bytes)
        bytes.append(VectorComponent.float32.rawValue)
        try writeSize(components.count * 4, of: .bytes)
        for component in components { write(bigEndian: component.bitPattern) }
    }

    private mutating func write(id: UInt64) { write(integer: Int64(truncatingIfNeeded: id)) }

    private mutating func write(node: NodeValue, depth: Int) throws {
        writeStructure(.node, fields: dialect.hasElementIDs ? 4 : 3)
        write(id: node.id)
        try write(strings: node.labels)
        try write(map: node.properties, depth: depth + 1)
        if dialect.hasElementIDs { try write(string: Value.elementID(node: node.id)) }
    }

    private mutating func write(relationship: RelationshipValue, depth: Int) throws {
        writeStructure(.relationship, fields: dialect.hasElementIDs ? 8 : 5)
        write(id: relationship.id)
        write(id: relationship.start)
        write(id: relationship.end)
        try write(string: relationship.type)
        try write(map: relationship.properties, depth: depth + 1)
        guard dialect.hasElementIDs else { return }
        try write(string: Value.elementID(relationship: relationship.id))
        try write(string: Value.elementID(node: relationship.start))
        try write(string: Value.elementID(node: relationship.end))
    }

    /// The entities once each, then the way through them: for every step the number of its
    /// relationship, from one and negative where it is walked against its direction, and the
    /// number of the node it leads to, from zero.
    private mutating func write(path: PathValue, depth: Int) throws {
        let nodes = numbered(path.nodes.map(\.id))
        let relationships = numbered(path.relationships.map(\.id))
        writeStructure(.path, fields: 3)
        try writeSize(nodes.firstPlaces.count, of: .list)
        for place in nodes.firstPlaces { try write(node: path.nodes[place], depth: depth + 1) }
        try writeSize(relationships.firstPlaces.count, of: .list)
        for place in relationships.firstPlaces {
            try write(unbound: path.relationships[place], depth: depth + 1)
        }
        try writeSize(path.relationships.count * 2, of: .list)
        for (step, relationship) in path.relationships.enumerated() {
            let isForward = relationship.start == path.nodes[step].id
            let number = relationships.numbers[step] + 1
            write(integer: isForward ? number : -number)
            write(integer: nodes.numbers[step + 1])
        }
    }

    private mutating func write(unbound relationship: RelationshipValue, depth: Int) throws {
        writeStructure(.unboundRelationship, fields: dialect.hasElementIDs ? 4 : 3)
        write(id: relationship.id)
        try write(string: relationship.type)
        try write(map: relationship.properties, depth: depth + 1)
        if dialect.hasElementIDs {
            try write(string: Value.elementID(relationship: relationship.id))
        }
    }

    /// Numbers ids in the order in which they first occur.
    private func numbered(_ ids: [UInt64]) -> (numbers: [Int], firstPlaces: [Int]) {
        var known: [UInt64: Int] = [:]
        var numbers: [Int] = []
        var firstPlaces: [Int] = []
        for (place, id) in ids.enumerated() {
            if let number = known[id] {
                numbers.append(number)
            } else {
                known[id] = firstPlaces.count
                numbers.append(firstPlaces.count)
                firstPlaces.append(place)
            }
        }
        return (numbers, firstPlaces)
    }
}
