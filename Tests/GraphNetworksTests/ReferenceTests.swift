import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

/// Every layer against PyTorch Geometric.
@Suite(.enabled(if: ReferenceCase.areThere, "needs ../shared/gnn"))
struct ReferenceTests {
    @Test(arguments: [
        "gcn", "gcn_weighted", "sage_mean", "sage_max", "gat", "gatv2", "rgcn", "gin", "gat_typed",
        "gat_large", "gae",
    ])
    func stepsAgree(_ name: String) throws {
        let reference = try ReferenceCase(name)
        let model = try reference.model()
        let (steps, attention) = try model.results(reference.neighbourhood)
        for (step, matrix) in steps where reference.expected[step] != nil {
            try reference.expect(matrix.array, step)
        }
        try reference.expect(model(reference.neighbourhood).array, "output")
        for (step, record) in attention {
            guard let wanted = reference.expected[step + ".attention"]?.matrix else { continue }
            let ends = try ReferenceCase.pairs(
                reference.expected[step + ".attention_edge_index"])
            var worst: Float = 0
            for edge in 0..<record.block.edgeCount {
                let place = Int(record.block.positions[edge])
                #expect(ends[place].0 == record.block.sources[edge])
                #expect(ends[place].1 == record.block.targets[edge])
                for head in 0..<wanted.columns {
                    worst = max(worst, abs(record.weights[edge, head] - wanted[place, head]))
                }
            }
            #expect(worst <= 1e-5, "\(step)")
        }
    }

    @Test(arguments: ["gcn", "sage_max", "gatv2", "rgcn", "gin", "gat_typed"])
    func weightsAreWrittenAsTheyWereRead(_ name: String) throws {
        let reference = try ReferenceCase(name)
        let written = Safetensors.write(try reference.model().tensors)
        let again = try written.withUnsafeBytes { try Safetensors.read($0) }
        let counters = reference.weights.filter { $0.key.hasSuffix("num_batches_tracked") }
        #expect(again == reference.weights.filter { counters[$0.key] == nil })
    }

    @Test func lightGCN() throws {
        let reference = try ReferenceCase("lightgcn")
        let tape = Tape(isRecording: false)
        let (layers, output) = try LightGCN(weights: reference.weights)
            .propagated(reference.block, tape)
        for (number, layer) in layers.enumerated() {
            try reference.expect(layer.value.array, "layer\(number)")
        }
        try reference.expect(output.value.array, "output")
        let pairs = try ReferenceCase.pairs(reference.inputs["pairs"])
        try reference.expect(
            InnerProductDecoder.logits(output, pairs, tape).value.array, "pair_scores")
        let users = try #require(reference.inputs["users"]?.integers)
        let items = try #require(reference.inputs["items"]?.integers)
        let scores = tape.gathered(output, users.map(Int32.init)).value.times(
            tape.gathered(output, items.map(Int32.init)).value, transposeOther: true)
        try reference.expect(scores.array, "user_item_scores")
        let best = users.indices.flatMap { row in
            BestPlaces.of(scores.row(row), count: items.count, keeping: 10).map {
                items[Int($0)]
            }
        }
        #expect(best == reference.expected["topk_items"]?.integers)
    }

    @Test func graphAutoEncoder() throws {
        let reference = try ReferenceCase("gae")
        let z = try reference.model()(reference.neighbourhood)
        let pairs = try ReferenceCase.pairs(reference.inputs["pairs"])
        let tape = Tape(isRecording: false)
        try reference.expect(
            InnerProductDecoder.logits(.constant(z), pairs, tape).value.array, "pair_logits")
        try reference.expect(
            InnerProductDecoder.probabilities(z, pairs), "pair_probabilities")
        try reference.expect(
            InnerProductDecoder.allProbabilities(z).array, "all_probabilities")
        let block = try reference.block
        let others = try ReferenceCase.pairs(reference.inputs["negative_edge_index"])
        let loss = InnerProductDecoder.reconstructionLoss(
            z, edges: Array(zip(block.sources, block.targets)), others: others)
        try reference.expect([loss], "reconstruction_loss")
    }

    @Test func attentiveAggregation() throws {
        let reference = try ReferenceCase("kgat")
        let block = try reference.block
        let result = try AttentiveAggregation(weights: reference.weights, negativeSlope: 0.2)
            .propagated(block, Tape(isRecording: false))
        func inGivenOrder(_ edges: Variable) -> [Float] {
            var ordered = [Float](repeating: .nan, count: edges.rows)
            for edge in 0..<edges.rows {
                ordered[Int(block.positions[edge])] = edges.value[edge, 0]
            }
            return ordered
        }
        try reference.expect(inGivenOrder(result.logits), "logits")
        try reference.expect(inGivenOrder(result.attention), "attention")
        for number in 1...2 {
            try reference.expect(
                result.neighbourhoods[number - 1].value.array, "neighbourhood\(number)")
            try reference.expect(result.layers[number - 1].value.array, "layer\(number)")
        }
        try reference.expect(result.output.value.array, "output")
        let pairs = try ReferenceCase.pairs(reference.inputs["pairs"])
        let scores = InnerProductDecoder.logits(
            result.output, pairs, Tape(isRecording: false))
        try reference.expect(scores.value.array, "pair_scores")
    }
}

/// Losses, gradients and parameters, step by step, against PyTorch.
@Suite(.enabled(if: ReferenceCase.areThere, "needs ../shared/gnn"))
struct TrainingReferenceTests {
    private static let steps = 20
    private static let recorded = [1, 5, 20]

    @Test func rankingOfPairs() throws {
        let reference = try ReferenceCase("training/bpr")
        let block = try reference.block
        let model = try LightGCN(weights: reference.weights)
        let numbers = try #require(reference.inputs["batches"]?.integers).map { Int32($0) }
        let optimiser = Adam([model.embedding], learningRate: 0.01)
        var curves: [String: [Float]] = [:]
        for step in 1...Self.steps {
            let batch = numbers[((step - 1) * 96)..<(step * 96)]
            let triples = stride(from: batch.startIndex, to: batch.endIndex, by: 3).map {
                (user: batch[$0], item: batch[$0 + 1], other: batch[$0 + 2])
            }
            func losses(_ tape: Tape) throws -> (Variable, Variable, Variable) {
                let (ranking, penalty) = try model.losses(
                    triples, block, regularization: 1e-4, tape)
                return (tape.sum(ranking, penalty), ranking, penalty)
            }
            let tape = Tape(isRecording: true)
            let (loss, ranking, penalty) = try losses(tape)
            curves["loss", default: []].append(loss.value[0, 0])
            curves["ranking_loss", default: []].append(ranking.value[0, 0])
            curves["penalty", default: []].append(penalty.value[0, 0])
            tape.propagateBack(from: loss)
            if Self.recorded.contains(step) {
                let gradient = try #require(model.embedding.gradient)
                try reference.expect(
                    gradient.array, "step\(step).gradient.embedding.weight")
            }
            optimiser.step()
            if Self.recorded.contains(step) {
                try reference.expect(
                    model.embedding.value.array, "step\(step).parameter.embedding.weight")
            }
            let after = try losses(Tape(isRecording: false)).0
            curves["loss_after_update", default: []].append(after.value[0, 0])
        }
        for (name, values) in curves { try reference.expect(values, name) }
    }

    @Test func linkPrediction() throws {
        let reference = try ReferenceCase("training/link_prediction")
        let model = try reference.model()
        let neighbourhood = try reference.neighbourhood
        let pairs = try ReferenceCase.pairs(reference.inputs["pairs"])
        let labels = try #require(reference.inputs["labels"]?.floats)
        let optimiser = Adam(model.parameters.map(\.variable), learningRate: 0.01)
        func loss(_ tape: Tape) throws -> Variable {
            let z = try model.forward(
                neighbourhood, ForwardPass(tape: tape, isTraining: true)
            ).output
            return tape.binaryCrossEntropy(
                logits: InnerProductDecoder.logits(z, pairs, tape), labels: labels)
        }
        var losses: [Float] = []
        var after: [Float] = []
        for step in 1...Self.steps {
            let tape = Tape(isRecording: true)
            let value = try loss(tape)
            losses.append(value.value[0, 0])
            tape.propagateBack(from: value)
            if Self.recorded.contains(step) {
                for (name, variable) in model.parameters {
                    let gradient = try #require(variable.gradient)
                    try reference.expect(gradient.array, "step\(step).gradient.\(name)")
                }
            }
            optimiser.step()
            if Self.recorded.contains(step) {
                for (name, variable) in model.parameters {
                    try reference.expect(variable.value.array, "step\(step).parameter.\(name)")
                }
            }
            after.append(try loss(Tape(isRecording: false)).value[0, 0])
        }
        try reference.expect(losses, "loss")
        try reference.expect(after, "loss_after_update")
    }

    /// The fused trainer takes the same steps as PyTorch.
    @Test func fusedRanking() throws {
        let reference = try ReferenceCase("training/bpr")
        let (users, items) = (50, 40)
        let block = try reference.block
        var entries: [(row: Int, column: Int, value: Float)] = []
        for item in users..<users + items {
            for edge in block.edges(of: item) {
                entries.append((Int(block.sources[edge]), item - users, 1))
            }
        }
        let start = try #require(reference.weights["embedding.weight"]?.matrix)
        var options = LightGCNOptions()
        options.layers = 2
        options.dimensions = start.columns
        let embeddings = Embeddings(users: users, items: items, columns: start.columns)
        embeddings.users.elements.update(from: start.elements, count: embeddings.users.count)
        embeddings.items.elements.update(from: start.row(users), count: embeddings.items.count)
        var state = LightGCNCheckpoint(embeddings)
        // One interaction occurs twice; the sum of its entries is its weight.
        let matrix = SparseMatrix(rows: users, columns: items, entries: entries)
        let pass = LightGCNPass(BipartitePropagation(weighted: matrix), options)
        let numbers = try #require(reference.inputs["batches"]?.integers).map { Int32($0) }
        var losses: [Float] = []
        for step in 1...Self.steps {
            let batch = numbers[((step - 1) * 96)..<(step * 96)]
            let triples = stride(from: batch.startIndex, to: batch.endIndex, by: 3).map {
                Triple(
                    user: batch[$0], item: batch[$0 + 1] - Int32(users),
                    other: batch[$0 + 2] - Int32(users))
            }
            losses.append(
                Float(pass.learn(triples, &state, AdamStep(number: step, learningRate: 0.01))))
            if Self.recorded.contains(step) {
                try reference.expect(
                    embeddings.users.array + embeddings.items.array,
                    "step\(step).parameter.embedding.weight")
            }
        }
        try reference.expect(losses, "loss")
    }
}
