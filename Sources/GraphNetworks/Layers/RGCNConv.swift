internal import LinearAlgebra

/// `x'_i = x_i · W₀ + Σ_r mean_{j ∈ N_r(i)} x_j · W_r + b` (Schlichtkrull et al., ESWC 2018).
final class RGCNConv: Layer {
    private let relations: Int
    private let inputs: Int
    private let weight: Variable
    private let root: Variable?
    private let bias: Variable?
    private let isMean: Bool

    init(_ arguments: LayerArguments) throws(NetworkError) {
        inputs = try arguments.size("in_channels")
        relations = try arguments.size("num_relations")
        let outputs = try arguments.size("out_channels")
        guard relations <= LayerArguments.maximumWidth / inputs else {
            throw arguments.error("there are too many relations")
        }
        weight = try arguments.parameter(
            "weight", [relations, inputs, outputs], .glorot)
        root =
            try arguments.flag("root_weight", or: true)
            ? arguments.parameter("root", [inputs, outputs], .glorot) : nil
        bias =
            try arguments.flag("bias", or: true)
            ? arguments.parameter("bias", [outputs], .constant(0)) : nil
        isMean = try arguments.choice("aggr", among: ["mean", "sum", "add"], or: "mean") == "mean"
        try arguments.finish()
    }

    var passesMessages: Bool { true }

    func forward(_ inputs: LayerInputs) throws(NetworkError) -> Variable {
        let (tape, graph, x) = (inputs.tape, inputs.graph, inputs.matrix())
        guard x.columns == self.inputs else {
            throw .input("A relational layer of \(self.inputs) inputs gets \(x.columns) columns.")
        }
        guard let types = graph.block.types else {
            throw .input("A relational layer needs the types of the edges.")
        }
        guard types.allSatisfy({ $0 >= 0 && $0 < relations }) else {
            throw .input("An edge's type is not below the layer's \(relations) relations.")
        }
        var result: Variable?
        for relation in 0..<relations {
            let block = graph.cut(
                graph.relation(Int32(relation), averaged: isMean), targets: inputs.targets,
                sources: x.rows)
            let rows = Int32(relation * self.inputs)..<Int32((relation + 1) * self.inputs)
            let part = tape.product(
                tape.aggregated(x, block), tape.gathered(weight, Array(rows)))
            result = result.map { tape.sum($0, part) } ?? part
        }
        guard var sum = result else { throw .input("A relational layer without relations.") }
        if let root { sum = tape.sum(sum, tape.product(tape.prefix(x, inputs.targets), root)) }
        return bias.map { tape.addingRow(sum, $0) } ?? sum
    }
}
