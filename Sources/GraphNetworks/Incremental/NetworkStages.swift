internal import LinearAlgebra

/// A part of a network whose results are rows that are worth keeping: it reads rows of earlier
/// stages, of a node itself or of its neighbours, but nobody's further away.
///
/// ```
///  x ───────┐                      a stage ends where the next layer that passes messages reads,
///  degrees ─┤                      and at the end of the network
///           ├─ conv1 · norm · relu ─┐
///           │                       ├─ conv2 ─ the network's result
///           └───────────────────────┘
/// ```
struct NetworkStage {
    enum Content {
        /// The property that is `x`.
        case features
        /// What messages are weighed by.
        case degrees(ForwardGraph.NormalizationKind)
        /// Steps of the network, by number, in order; the last one's result is the stage's.
        case steps([Int])
    }

    let content: Content
    /// Stages, by number, whose rows of the node itself go in …
    let ownStages: [Int]
    /// … and those of which the rows of all neighbours do, and of the node.
    let neighbourStages: [Int]
    /// Whether the relationships of the node go in.
    let readsNeighbours: Bool
    let readsTypes: Bool
}

/// A network cut into stages.
struct NetworkStages {
    let model: NetworkModel
    /// Each after those that it reads; the last one is the network's result.
    private(set) var stages: [NetworkStage] = []
    /// The stage of a step's result, or of `x`.
    private var places: [String: Int] = [:]
    private var degreePlaces: [ForwardGraph.NormalizationKind: Int] = [:]

    init(_ model: NetworkModel) {
        self.model = model
        let steps = model.description.steps
        let numbers = Dictionary(
            uniqueKeysWithValues: steps.enumerated().map { ($0.element.name, $0.offset) })
        var ends: Set<Int> = [steps.count - 1]
        for (step, layer) in zip(steps, model.layers) where layer.passesMessages {
            ends.formUnion(step.inputs.compactMap { numbers[$0] })
        }
        if model.readsFeatures {
            places[NetworkDescription.features] = stages.count
            stages.append(Self.input(.features, readsNeighbours: false))
        }
        for kind in model.layers.compactMap(\.normalization) where degreePlaces[kind] == nil {
            degreePlaces[kind] = stages.count
            stages.append(Self.input(.degrees(kind), readsNeighbours: true))
        }
        for end in ends.sorted() {
            places[steps[end].name] = stages.count
            stages.append(stage(endingAt: end, numbers))
        }
    }

    private static func input(_ content: NetworkStage.Content, readsNeighbours: Bool)
        -> NetworkStage
    {
        NetworkStage(
            content: content, ownStages: [], neighbourStages: [],
            readsNeighbours: readsNeighbours, readsTypes: false)
    }

    private func stage(endingAt end: Int, _ numbers: [String: Int]) -> NetworkStage {
        let steps = model.description.steps
        var members: Set<Int> = []
        var open = [end]
        var (own, neighbours): (Set<Int>, Set<Int>) = ([], [])
        var (readsNeighbours, readsTypes) = (false, false)
        while let step = open.popLast() {
            guard members.insert(step).inserted else { continue }
            let layer = model.layers[step]
            let matrices = steps[step].inputs.filter {
                !NetworkDescription.graphInputs.contains($0)
            }
            for input in matrices {
                if let place = places[input] {
                    if layer.passesMessages { neighbours.insert(place) } else { own.insert(place) }
                } else if let inner = numbers[input] {
                    open.append(inner)
                } else {
                    readsTypes = true
                }
            }
            if layer.passesMessages { readsNeighbours = true }
            if let kind = layer.normalization, let place = degreePlaces[kind] {
                neighbours.insert(place)
            }
        }
        return NetworkStage(
            content: .steps(members.sorted()), ownStages: own.sorted(),
            neighbourStages: neighbours.sorted(), readsNeighbours: readsNeighbours,
            readsTypes: readsTypes)
    }

    // MARK: Computing

    /// What a stage's steps are applied to: the first nodes of the block are those that are asked
    /// for, the others their neighbours.
    struct Inputs {
        let block: MessageBlock
        let targets: Int
        /// Of those that are asked for.
        var types: [Int32] = []
        /// By stage: rows of all nodes of the block, or of those that are asked for.
        var rows: [Int: Matrix] = [:]
    }

    /// The stage's rows of the nodes that are asked for.
    func rows(of steps: [Int], _ inputs: Inputs) throws(NetworkError) -> Matrix {
        let graph = ForwardGraph(
            inputs.block, nodeTypes: inputs.types,
            degrees: degreePlaces.compactMapValues { inputs.rows[$0]?.array })
        let pass = ForwardPass(tape: Tape(isRecording: false))
        var known: [String: Variable] = [:]
        for (name, place) in places {
            if let rows = inputs.rows[place] { known[name] = .constant(rows) }
        }
        var result: Variable?
        for number in steps {
            let (step, layer) = (model.description.steps[number], model.layers[number])
            let matrices = step.inputs.compactMap { known[$0] }.map {
                layer.passesMessages ? $0 : pass.tape.prefix($0, inputs.targets)
            }
            let readsTypes = step.inputs.contains(NetworkDescription.nodeTypes)
            let rows = try layer.forward(
                LayerInputs(
                    matrices: matrices, numbers: readsTypes ? inputs.types : [], graph: graph,
                    targets: inputs.targets, pass: pass))
            known[step.name] = rows
            result = rows
        }
        guard let result else { throw .model("The network has no steps.") }
        return result.value
    }
}
