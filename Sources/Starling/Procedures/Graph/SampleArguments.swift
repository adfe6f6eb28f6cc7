internal import GraphAlgorithms
internal import GraphStore
internal import LinearAlgebra
internal import QueryEngine
internal import Values

/// What the `sample.*` procedures have in common: which relationships, from where, by which chance.
struct SampleArguments: AlgorithmArguments {
    let configuration: Configuration
    let context: ProcedureContext
    let seeds: [NodeID]
    let procedure: String

    static let listOptions = ["relationshipTypes", "direction", "randomSeed"]
    static let listText =
        "relationshipTypes: a name or a list, else all; direction: 'BOTH' (default), 'OUTGOING' "
        + "or 'INCOMING'; randomSeed (0)"
    static let fanOutOptions = ["fanOuts", "hops", "relations", "replace"]
    static let fanOutText =
        "fanOuts: neighbours of each node in hop 1, hop 2 …, -1 for all, or hops: so many hops of "
        + "all; replace (false): draw with replacement; relations: instead of one fan-out for "
        + "all types a list of {type, direction, fanOuts}, each drawn by itself"

    private static let mostHops = 64

    init(
        _ arguments: [Value], _ context: ProcedureContext, of procedure: String,
        configuration place: Int = 1, options: [String]
    ) throws {
        self.context = context
        self.procedure = procedure
        configuration = try Configuration(
            arguments[place], of: procedure, known: options + Self.listOptions)
        let values: [Value]
        switch arguments[0] {
        case .null: values = []
        case .list(let list): values = list
        default: values = [arguments[0]]
        }
        seeds = try values.map { value in
            if let id = value.nodeID { return id }
            throw QueryError(.argument, "\(procedure): the seeds must be nodes.")
        }
    }

    var view: GraphView { context.view }

    func random() throws -> RandomSource {
        let seed = try configuration.integer("randomSeed", default: 0, in: Int.min...Int.max)
        return RandomSource(seed: UInt64(bitPattern: Int64(seed)))
    }

    // MARK: Lists

    func lists() throws -> [SampledRelation.List] {
        let types: [TypeID]
        if configuration.has("relationshipTypes") {
            types = try configuration.list("relationshipTypes").map { value in
                guard case .string(let name) = value else {
                    throw configuration.wrong("relationshipTypes", "names of types")
                }
                return try view.relationshipType(name, of: procedure)
            }
        } else {
            types = view.typeNames.compactMap { view.type($0) }
        }
        let directions = try configuration.directions()
        return types.flatMap { type in directions.map { .init(type, $0) } }
    }

    // MARK: Fan-outs

    /// One relation for all types, or those of `relations`. Where all neighbours are meant, fan-outs
    /// are not asked for.
    func relations(all: Bool = false) throws -> [SampledRelation] {
        func fanOuts(_ configuration: Configuration) throws -> [Int] {
            all ? [-1] : try self.fanOuts(configuration)
        }
        guard configuration.has("relations") else {
            return [SampledRelation(lists: try lists(), fanOuts: try fanOuts(configuration))]
        }
        return try configuration.list("relations").map { value in
            let relation = try Configuration(
                value, of: procedure,
                known: ["type", "direction"] + (all ? [] : ["fanOuts", "hops"]))
            guard let name = try relation.string("type") else {
                throw relation.wrong("type", "the name of a relationship type")
            }
            let type = try view.relationshipType(name, of: procedure)
            return SampledRelation(
                lists: try relation.directions().map { .init(type, $0) },
                fanOuts: try fanOuts(relation))
        }
    }

    private func fanOuts(_ configuration: Configuration) throws -> [Int] {
        if configuration.has("hops") {
            let hops = try configuration.integer("hops", default: 1, in: 1...Self.mostHops)
            return Array(repeating: -1, count: hops)
        }
        let values = configuration.list("fanOuts")
        let fanOuts = values.compactMap { value -> Int? in
            guard case .integer(let number) = value, number >= -1, number <= Int64(Int32.max)
            else { return nil }
            return Int(number)
        }
        guard fanOuts.count == values.count, (1...Self.mostHops).contains(fanOuts.count) else {
            throw configuration.wrong(
                "fanOuts", "a list of up to \(Self.mostHops) integers, -1 or more")
        }
        return fanOuts
    }
}
