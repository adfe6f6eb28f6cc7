import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

/// Layers by values computed by hand: they do not need the reference beside the package.
@Suite struct LayerTests {
    /// 0 → 1, 2 → 1, 1 → 2, 2 → 2 (a loop), 0 → 1 again.
    private let block = MessageBlock(nodes: 3, from: [0, 2, 1, 2, 0], to: [1, 1, 2, 2, 1])
    private let x = Matrix(rows: 3, columns: 2, [1, 0, 0, 2, 3, -1])

    private func run(
        _ className: String, _ arguments: [(String, Value)], _ weights: [String: Tensor],
        inputs: [String] = ["x", "edge_index"], block: MessageBlock? = nil, types: [Int32] = []
    ) throws -> [Float] {
        let step: Value = .map([
            "name": .string("s"), "class": .string(className),
            "inputs": .list(inputs.map(Value.string)), "arguments": .map(ValueMap(arguments)),
        ])
        let named = Dictionary(uniqueKeysWithValues: weights.map { ("s." + $0.key, $0.value) })
        let model = try NetworkModel(
            NetworkDescription(.map(["steps": .list([step])])), weights: named)
        return try model(Neighbourhood(block ?? self.block, features: x, nodeTypes: types)).array
    }

    private func expect(
        _ found: [Float], _ wanted: [Float], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found.count == wanted.count, sourceLocation: sourceLocation)
        for (one, other) in zip(found, wanted) {
            #expect(abs(one - other) < 1e-5, sourceLocation: sourceLocation)
        }
    }

    private let identity = Tensor(shape: [2, 2], [1, 0, 0, 1])

    @Test func gcn() throws {
        // Degrees with loops: 1, 4, 2; the loop at 2 stays one.
        let (a, b, c) = (Float(1), Float(0.5), Float(0.5).squareRoot())
        let found = try run(
            "GCNConv", [("in_channels", .integer(2)), ("out_channels", .integer(2))],
            ["lin.weight": identity, "bias": Tensor(shape: [2], [10, 20])])
        expect(
            found,
            [
                1 + 10, 20,
                2 * a * b + 3 * c * b + 10, b * b * 2 - c * b + 20,
                3 * c * c + 10, 2 * b * c - c * c + 20,
            ])
    }

    @Test func sage() throws {
        let weights = [
            "lin_l.weight": identity, "lin_l.bias": Tensor(shape: [2], [0, 0]),
            "lin_r.weight": Tensor(shape: [2, 2], [0, 10, 0, 0]),
        ]
        let sizes: [(String, Value)] = [
            ("in_channels", .integer(2)), ("out_channels", .integer(2)),
        ]
        expect(
            try run("SAGEConv", sizes, weights),
            [0, 0, 5.0 / 3 + 20, -1.0 / 3, 1.5 - 10, 0.5])
        expect(
            try run("SAGEConv", sizes + [("aggr", .string("max"))], weights),
            [0, 0, 3 + 20, 0, 3 - 10, 2])
    }

    @Test func attentionWithoutPreferenceIsAMean() throws {
        // One head of two columns whose attention weights are zero.
        let zero = Tensor(shape: [1, 1, 2], [0, 0])
        let found = try run(
            "GATConv", [("in_channels", .integer(2)), ("out_channels", .integer(2))],
            [
                "lin.weight": identity, "att_src": zero, "att_dst": zero,
                "bias": Tensor(shape: [2], [0, 0]),
            ])
        // Node 1 gets 0, 2, 0 and itself; node 2 gets 1 and itself once.
        expect(found, [1, 0, 5.0 / 4, 1.0 / 4, 1.5, 0.5])
    }

    @Test func attentionPrefers() throws {
        // The score is the source's first column, LeakyReLU'd: 1, 3, 1 and 0 into node 1.
        let found = try run(
            "GATv2Conv",
            [
                ("in_channels", .integer(2)), ("out_channels", .integer(2)),
                ("bias", .boolean(false)),
            ],
            [
                "lin_l.weight": identity, "lin_r.weight": Tensor(shape: [2, 2], [0, 0, 0, 0]),
                "att": Tensor(shape: [1, 1, 2], [1, 0]),
            ])
        func e(_ power: Int) -> Float {
            (0..<power).reduce(Float(1)) { product, _ in product * 2.718_281_8 }
        }
        let sum = 2 * e(1) + e(3) + 1
        expect(Array(found[2...3]), [(2 * e(1) + 3 * e(3)) / sum, (-e(3) + 2) / sum])
    }

    @Test func rgcn() throws {
        let typed = MessageBlock(
            nodes: 3, from: [0, 2, 1, 2, 0], to: [1, 1, 2, 2, 1], types: [0, 0, 1, 0, 1])
        let found = try run(
            "RGCNConv",
            [
                ("in_channels", .integer(2)), ("out_channels", .integer(1)),
                ("num_relations", .integer(2)),
            ],
            [
                "weight": Tensor(shape: [2, 2, 1], [1, 0, 0, 100]),
                "root": Tensor(shape: [2, 1], [0, 0]), "bias": Tensor(shape: [1], [1000]),
            ],
            inputs: ["x", "edge_index", "edge_type"], block: typed)
        expect(found, [1000, 1000 + 2, 1000 + 3 + 200])
    }

    @Test func gin() throws {
        let part: Value = .map([
            "class": .string("Linear"),
            "arguments": .map(["in_features": .integer(2), "out_features": .integer(1)]),
        ])
        let found = try run(
            "GINConv",
            [
                ("nn", .map(["class": .string("Sequential"), "arguments": .list([part])])),
                ("eps", .float(0.5)),
            ],
            [
                "eps": Tensor(shape: [1], [0.5]), "nn.0.weight": Tensor(shape: [1, 2], [1, 10]),
                "nn.0.bias": Tensor(shape: [1], [0]),
            ])
        expect(found, [1.5, 30 + 5 - 10, 4.5 - 15 + 3 + 10])
    }

    @Test func denseLayers() throws {
        expect(
            try run(
                "BatchNorm1d", [("num_features", .integer(2)), ("eps", .float(0))],
                [
                    "weight": Tensor(shape: [2], [2, 1]), "bias": Tensor(shape: [2], [0, 5]),
                    "running_mean": Tensor(shape: [2], [1, 0]),
                    "running_var": Tensor(shape: [2], [4, 1]),
                ], inputs: ["x"]),
            [0, 5, -1, 7, 2, 4])
        expect(
            try run(
                "Embedding", [("num_embeddings", .integer(2)), ("embedding_dim", .integer(1))],
                ["weight": Tensor(shape: [2, 1], [7, 8])], inputs: ["node_type"],
                types: [1, 0, 1]),
            [8, 7, 8])
        expect(try run("Dropout", [("p", .float(0.9))], [:], inputs: ["x"]), x.array)
        expect(
            try run("LeakyReLU", [("negative_slope", .float(0.5))], [:], inputs: ["x"]),
            [1, 0, 0, 2, 3, -0.5])
    }

    @Test func whatDoesNotFitIsAnError() throws {
        let sizes: [(String, Value)] = [
            ("in_channels", .integer(2)), ("out_channels", .integer(2)),
        ]
        #expect(throws: NetworkError.self) { try run("GCNConv", sizes, [:]) }
        #expect(throws: NetworkError.self) { try run("NoConv", sizes, [:]) }
        #expect(throws: NetworkError.self) {
            try run("SAGEConv", sizes + [("project", .boolean(true))], ["lin_l.weight": identity])
        }
        #expect(throws: NetworkError.self) {
            try run(
                "GCNConv", [("in_channels", .integer(3)), ("out_channels", .integer(2))],
                ["lin.weight": identity, "bias": Tensor(shape: [2], [0, 0])])
        }
        #expect(throws: NetworkError.self) {
            try run(
                "Embedding", [("num_embeddings", .integer(2)), ("embedding_dim", .integer(1))],
                ["weight": Tensor(shape: [2, 1], [7, 8])], inputs: ["node_type"], types: [2, 0, 1])
        }
        #expect(throws: NetworkError.self) {
            try NetworkDescription(
                .map([
                    "steps": .list([
                        .map([
                            "name": .string("a"), "class": .string("ReLU"),
                            "inputs": .list([.string("b")]),
                        ])
                    ])
                ]))
        }
    }
}
