import Values

/// The fields of a structure, each of the kind that its tag calls for.
struct StructureFields {
    let tag: UInt8
    let values: [Value]

    var count: Int { values.count }

    /// There is no structure with this tag and these fields.
    var unknown: PackStreamError { .unknownStructure(tag: tag, fields: values.count) }

    func integer(_ place: Int) throws -> Int64 {
        guard case .integer(let value) = values[place] else { throw unknown }
        return value
    }

    func float(_ place: Int) throws -> Double {
        guard case .float(let value) = values[place] else { throw unknown }
        return value
    }

    func string(_ place: Int) throws -> String {
        guard case .string(let value) = values[place] else { throw unknown }
        return value
    }

    func bytes(_ place: Int) throws -> [UInt8] {
        guard case .bytes(let value) = values[place] else { throw unknown }
        return value
    }

    func map(_ place: Int) throws -> ValueMap {
        guard case .map(let value) = values[place] else { throw unknown }
        return value
    }
}
