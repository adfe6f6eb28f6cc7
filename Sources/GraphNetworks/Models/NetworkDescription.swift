public import Values

/// What a network is made of: steps, each of which reads tensors by name and gives its result its
/// own name. In JSON, with PyTorch's and PyG's class and argument names:
///
/// ```
/// {"steps": [{"name": "conv1", "class": "GCNConv", "inputs": ["x", "edge_index"],
///             "arguments": {"in_channels": 16, "out_channels": 32}}, …]}
/// ```
///
/// Inputs are results of earlier steps, and `x` (features), `node_type`, `edge_index`, `edge_weight`
/// and `edge_type`. The last step's result is the network's. `state_prefix` stands before the names
/// of the weights.
public struct NetworkDescription: Sendable {
    public static let maximumSteps = 256

    struct Step: Sendable {
        let name: String
        let className: String
        let inputs: [String]
        let arguments: ValueMap
    }

    static let graphInputs = ["edge_index", "edge_weight", "edge_type"]
    static let features = "x"
    static let nodeTypes = "node_type"

    let steps: [Step]
    let statePrefix: String
    /// The JSON that it came from.
    public let value: Value

    /// - Throws: ``NetworkError/model(_:)`` for what is not a description, names an input before it
    ///   is there, or names a step twice.
    public init(_ value: Value) throws(NetworkError) {
        self.value = value
        guard case .map(let root) = value else {
            throw .model("A network's description must be a JSON object.")
        }
        // A description of a training names its model's steps inside, and counts its own outside.
        var found = root["steps"]
        if case .map(let model)? = root["model"], let inside = model["steps"] { found = inside }
        guard case .list(let list)? = found, !list.isEmpty, list.count <= Self.maximumSteps else {
            throw .model(
                "A network's description needs `steps`, from 1 to \(Self.maximumSteps) of them.")
        }
        if case .string(let prefix)? = root["state_prefix"] {
            statePrefix = prefix
        } else {
            statePrefix = ""
        }
        var steps: [Step] = []
        var known: Set<String> = Set(Self.graphInputs + [Self.features, Self.nodeTypes])
        for entry in list {
            let step = try Self.step(entry)
            for input in step.inputs where !known.contains(input) {
                throw .model("Step `\(step.name)` reads `\(input)`, which no earlier step gives.")
            }
            guard known.insert(step.name).inserted else {
                throw .model("The name `\(step.name)` is used twice.")
            }
            steps.append(step)
        }
        self.steps = steps
    }

    /// Reads the JSON of a file's bytes.
    public init(json bytes: [UInt8]) throws(NetworkError) {
        let value: Value
        do { value = try JSONReader.read(utf8: bytes) } catch {
            throw .format("The network's description is not JSON.")
        }
        try self.init(value)
    }

    private static func step(_ entry: Value) throws(NetworkError) -> Step {
        guard case .map(let fields) = entry, case .string(let name)? = fields["name"],
            case .string(let className)? = fields["class"],
            case .list(let inputs)? = fields["inputs"], !inputs.isEmpty
        else { throw .model("A step needs a `name`, a `class` and `inputs`.") }
        var names: [String] = []
        for input in inputs {
            guard case .string(let text) = input else {
                throw .model("Step `\(name)`: `inputs` must be names.")
            }
            names.append(text)
        }
        var arguments = ValueMap()
        if case .map(let given)? = fields["arguments"] { arguments = given }
        return Step(name: name, className: className, inputs: names, arguments: arguments)
    }
}
