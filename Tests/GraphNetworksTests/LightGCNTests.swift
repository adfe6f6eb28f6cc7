import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

@Suite struct LightGCNTests {
    /// Two groups of users who like two groups of items, with some gaps.
    private func groups(users: Int = 24, items: Int = 16) -> SparseMatrix {
        var random = RandomSource(seed: 5)
        var entries: [(row: Int, column: Int, value: Float)] = []
        for user in 0..<users {
            for item in 0..<items where item % 2 == user % 2 && random.nextUnit() < 0.7 {
                entries.append((user, item, 3))
            }
        }
        return SparseMatrix(rows: users, columns: items, entries: entries)
    }

    private func options() -> LightGCNOptions {
        var options = LightGCNOptions()
        options.dimensions = 12
        options.batchSize = 32
        options.learningRate = 0.02
        options.maximumEpochs = 12
        return options
    }

    /// The fused pass takes the same steps as the tape.
    @Test(arguments: [1, 2, 3])
    func fusedPassAgreesWithTape(_ layers: Int) throws {
        let matrix = groups().mapValues { _, _, _ in 1 }
        let (users, items) = (matrix.rows, matrix.columns)
        var options = options()
        options.layers = layers
        options.regularization = 0.01
        var random = RandomSource(seed: 7)
        let start = Matrix.normal(
            rows: users + items, columns: options.dimensions, deviation: 0.3, &random)
        let embeddings = Embeddings(users: users, items: items, columns: options.dimensions)
        embeddings.users.elements.update(from: start.elements, count: embeddings.users.count)
        embeddings.items.elements.update(from: start.row(users), count: embeddings.items.count)
        var state = LightGCNCheckpoint(embeddings)
        let pass = LightGCNPass(BipartitePropagation(matrix), options)

        var ends: [(Int32, Int32)] = []
        for user in 0..<users {
            for place in matrix.range(user) {
                let item = matrix.indices[place] + Int32(users)
                ends += [(Int32(user), item), (item, Int32(user))]
            }
        }
        let block = MessageBlock(
            nodes: users + items, from: ends.map(\.0), to: ends.map(\.1))
        let alpha = [Float](repeating: 1 / Float(layers + 1), count: layers + 1)
        let model = try LightGCN(weights: [
            "embedding.weight": Tensor(start), "alpha": Tensor(shape: [layers + 1], alpha),
        ])
        let adam = Adam([model.embedding], learningRate: 0.02)
        var sampler = TripleSampler(matrix, options, seed: 3)
        let order = sampler.order()
        var batch: [Triple] = []
        for step in 1...3 {
            sampler.draw(order[(step * 10)..<(step * 10 + 25)], into: &batch)
            let tape = Tape(isRecording: true)
            let (ranking, penalty) = try model.losses(
                batch.map { ($0.user, $0.item + Int32(users), $0.other + Int32(users)) }, block,
                regularization: 0.01, tape)
            let loss = tape.sum(ranking, penalty)
            tape.propagateBack(from: loss)
            adam.step()
            let fused = pass.learn(batch, &state, AdamStep(number: step, learningRate: 0.02))
            #expect(abs(fused - Double(loss.value[0, 0])) < 1e-5)
            let found = embeddings.users.array + embeddings.items.array
            for (one, other) in zip(found, model.embedding.value.array) {
                #expect(abs(one - other) < 2e-4)
            }
        }
    }

    @Test(arguments: NegativeSampling.allCases)
    func learnsGroups(_ negatives: NegativeSampling) throws {
        let matrix = groups()
        var options = options()
        options.negatives = negatives
        options.negativesPerInteraction = 2
        var losses: [Double] = []
        let (users, items) = try LightGCNTrainer(matrix: matrix, options: options).fit(
            monitor: .none
        ) {
            losses.append($0.loss)
            return true
        }
        #expect(losses.count == 12)
        #expect(losses[11] < 0.7 * losses[0])
        let scores = users.times(items, transposeOther: true)
        for user in 0..<users.rows {
            let best = BestPlaces.of(scores.row(user), count: items.rows, keeping: 6)
            #expect(best.count { Int($0) % 2 == user % 2 } >= 5)
        }
    }

    @Test func sameSeedSameEmbeddingsAlsoWhenResumed() throws {
        let options = options()
        func trainer() -> LightGCNTrainer { LightGCNTrainer(matrix: groups(), options: options) }
        let whole = try trainer().fit(monitor: .none)
        let first = trainer()
        _ = try first.fit(monitor: .none) { $0.epoch < 5 }
        let checkpoint = first.checkpoint.copy()
        #expect(checkpoint.epoch == 5)
        let second = trainer()
        second.resume(from: checkpoint)
        let resumed = try second.fit(monitor: .none)
        #expect(resumed.users.array == whole.users.array)
        #expect(resumed.items.array == whole.items.array)
    }

    @Test func stopsWhenItGetsNoBetter() throws {
        var options = options()
        options.maximumEpochs = 500
        options.validationShare = 0.3
        options.evaluationInterval = 2
        options.patience = 3
        options.cutoff = 4
        var reports: [TrainingEpoch] = []
        _ = try LightGCNTrainer(matrix: groups(), options: options).fit(monitor: .none) {
            reports.append($0)
            return true
        }
        let metrics = reports.compactMap(\.metric)
        #expect(reports.count < 500)
        #expect(metrics.count == reports.count / 2)
        let best = try #require(metrics.max())
        #expect(metrics.firstIndex(of: best) == metrics.count - 4)
    }

    @Test func canBeCancelled() throws {
        struct Stop: Error {}
        let monitor = WorkMonitor(checkpoint: { throw Stop() })
        #expect(throws: Stop.self) {
            try LightGCNTrainer(matrix: groups(), options: options()).fit(monitor: monitor)
        }
    }
}
