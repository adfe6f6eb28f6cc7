import GraphStore
import LinearAlgebra
import Testing

@testable import Recommend

@Suite struct ModelContractTests {
    @Test(arguments: [1, 5, 40, 200]) func bestAgreesWithSorting(k: Int) {
        var random = RandomSource(seed: UInt64(k))
        for _ in 0..<50 {
            // Few values, so that there are ties.
            let scores = (0..<100).map { _ -> Float in
                let draw = random.next(below: 12)
                return draw == 0 ? -.infinity : draw == 1 ? .nan : Float(draw)
            }
            let excluded = Set((0..<30).map { _ in Int32(random.next(below: 100)) })
            let expected = scores.indices
                .filter { scores[$0] > -.infinity && !excluded.contains(Int32($0)) }
                .sorted { (-scores[$0], $0) < (-scores[$1], $1) }.prefix(k).map { Int32($0) }
            let found = scores.withUnsafeBufferPointer { scores in
                TopItems.best(k, scores) { excluded.contains($0) }
            }
            #expect(found == expected)
        }
    }

    @Test func theMatrixHoldsWhatTheGraphHas() throws {
        let model = try InteractionModel()
        try model.addNodes(12)
        var random = SeededGenerator(seed: 3)
        let nodes = model.nodes
        try model.connect(
            (0..<60).map { _ in
                (
                    start: nodes[Int.random(in: 0..<6, using: &random)],
                    end: nodes[Int.random(in: 4..<12, using: &random)],
                    weight: Double(Int.random(in: 1...5, using: &random)),
                    time: Double(Int.random(in: 1...900, using: &random))
                )
            })
        let view = try model.store.beginRead()
        defer { view.close() }
        for direction in Direction.allCases {
            let read = try InteractionMatrix.read(
                view, type: model.type, direction: direction, weight: model.weightKey,
                timestamp: model.timeKey)
            var weights: [[NodeID]: Double] = [:]
            var times: [[NodeID]: Double] = [:]
            for edge in model.edges {
                let pair =
                    direction == .outgoing ? [edge.start, edge.end] : [edge.end, edge.start]
                weights[pair, default: 0] += edge.weight ?? 1
                times[pair] = max(times[pair] ?? 0, edge.time ?? 0)
            }
            #expect(read.users == Array(Set(weights.keys.map { $0[0] })).sorted())
            #expect(read.items == Array(Set(weights.keys.map { $0[1] })).sorted())
            #expect(read.matrix.count == weights.count)
            for row in read.users.indices {
                #expect(read.row(of: read.users[row]) == row)
                let history = read.history(row)
                #expect(history.items == history.items.sorted())
                for (place, item) in history.items.enumerated() {
                    let pair = [read.users[row], read.items[Int(item)]]
                    #expect(weights[pair] == Double(history.weights[place]))
                    #expect(times[pair] == history.times[place])
                }
            }
            #expect(read.row(of: NodeID.max - 1) == nil)
        }
    }

    private let options: [MethodOption] = [
        .integer("factors", 64, in: 1...512, "columns"), .number("rate", 0.1, in: 0...1, "step"),
        .flag("bias", true, "offsets"), .choice("loss", "bpr", among: ["bpr", "bce"], "loss"),
        MethodOption("feature", .text, default: .none, "property"),
        .names("categories", "properties"),
    ]

    @Test func optionsHaveDefaultsAndAreChecked() throws {
        let defaults = try MethodOptions(for: options, of: "m")
        #expect(defaults.integer("factors") == 64 && defaults.number("rate") == 0.1)
        #expect(defaults.flag("bias") && defaults.choice("loss") == "bpr")
        #expect(defaults.text("feature") == nil)
        let given = try MethodOptions(
            ["factors": .number(8), "rate": .integer(1), "loss": .text("BCE"), "bias": .none],
            for: options, of: "m")
        #expect(given.integer("factors") == 8 && given.number("rate") == 1)
        #expect(given.choice("loss") == "bce" && given.flag("bias"))
        #expect(given.texts("categories") == [])
        for names in [MethodOption.Value.text("a"), .texts(["a"])] {
            let one = try MethodOptions(["categories": names], for: options, of: "m")
            #expect(one.texts("categories") == ["a"])
        }
        let wrong: [(String, MethodOption.Value, String)] = [
            ("factors", .integer(0), "an integer from 1 to 512, but is 0"),
            ("factors", .number(1.5), "an integer from 1 to 512, but is 1.5"),
            ("loss", .text("mse"), "one of 'bpr', 'bce', but is 'mse'"),
            ("bias", .integer(1), "true or false, but is 1"),
            ("factor", .integer(1), "there is no option `factor`; the options are factors"),
        ]
        for (name, value, message) in wrong {
            let error = #expect(throws: MethodError.self) {
                try MethodOptions([name: value], for: options, of: "m")
            }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test func optionValuesSurviveStorage() {
        let values: [MethodOption.Value] = [
            .integer(-5), .number(0.1), .number(1e-300), .flag(true), .flag(false), .text(""),
            .text("i5"), .none, .texts([]), .texts([""]), .texts(["2:a", "", "né:"]),
        ]
        for value in values { #expect(MethodOption.Value(encoded: value.encoded) == value) }
    }
}
