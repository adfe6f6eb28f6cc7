import Foundation
import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import Recommend

/// A dense matrix of Float64, for computing things the way textbooks write them.
struct Table {
    var rows: [[Double]]

    init(_ rows: [[Double]]) { self.rows = rows }

    init(_ matrix: SparseMatrix) {
        rows = (0..<matrix.rows).map { row in
            var values = [Double](repeating: 0, count: matrix.columns)
            for place in matrix.range(row) {
                values[Int(matrix.indices[place])] = Double(matrix.values[place])
            }
            return values
        }
    }

    var transposed: Table {
        Table((0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column] } })
    }

    static func * (left: Table, right: Table) -> Table {
        let columns = right.transposed.rows
        return Table(
            left.rows.map { row in columns.map { zip(row, $0).reduce(0) { $0 + $1.0 * $1.1 } } })
    }

    func map(_ transform: (_ row: Int, _ column: Int, _ value: Double) -> Double) -> Table {
        Table(
            rows.enumerated().map { row, values in
                values.enumerated().map { transform(row, $0, $1) }
            })
    }

    /// Gauss-Jordan without pivoting, which positive definite matrices do not need.
    var inverse: Table {
        var left = rows
        let size = rows.count
        var right = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
        for pivot in 0..<size {
            let factor = 1 / left[pivot][pivot]
            left[pivot] = left[pivot].map { $0 * factor }
            right[pivot] = right[pivot].map { $0 * factor }
            for row in 0..<size where row != pivot {
                let share = left[row][pivot]
                for column in 0..<size {
                    left[row][column] -= share * left[pivot][column]
                    right[row][column] -= share * right[pivot][column]
                }
            }
        }
        return Table(right)
    }
}

@Suite struct ClosedFormTests {
    /// Ratings from 1 to 5, every user and every item with some.
    static func ratings(users: Int = 14, items: Int = 9, seed: UInt64 = 3) -> InteractionMatrix {
        var random = RandomSource(seed: seed)
        var entries: [(row: Int, column: Int, value: Float)] = []
        for user in 0..<users {
            for item in 0..<items where (user + item) % 5 == 0 || random.next(below: 3) == 0 {
                entries.append((user, item, Float(1 + random.next(below: 5))))
            }
        }
        return InteractionMatrix(
            users: (0..<UInt64(users)).map { $0 }, items: (100..<100 + UInt64(items)).map { $0 },
            matrix: SparseMatrix(rows: users, columns: items, entries: entries))
    }

    static func fit(
        _ name: String, _ options: [String: MethodOption.Value] = [:],
        _ interactions: InteractionMatrix
    ) throws -> any FittedModel {
        let method = try Methods.named(name)
        let checked = try MethodOptions(options, for: method.options, of: method.name)
        return try method.init(checked).fit(interactions, Training())
    }

    static func scores(_ model: any FittedModel, _ history: UserHistory) throws -> [Float] {
        // What was there before must not matter.
        var scores = [Float](repeating: 7, count: model.itemCount)
        try scores.withUnsafeMutableBufferPointer { try model.score(history, into: $0) }
        return scores
    }

    /// The largest difference from the rows of a table.
    static func distance(
        _ model: any FittedModel, _ interactions: InteractionMatrix, _ expected: Table
    ) throws -> Double {
        var distance = 0.0
        for user in interactions.users.indices {
            let scores = try scores(model, interactions.history(user))
            for (found, wanted) in zip(scores, expected.rows[user]) {
                distance = max(distance, abs(Double(found) - wanted))
            }
        }
        return distance
    }

    // MARK: Neighbourhoods

    /// Each measure as its definition says, over whole vectors.
    static func similarity(
        _ measure: RowSimilarity, _ h: Double, _ rows: Table, _ i: Int, _ j: Int
    ) -> Double {
        let columns = rows.transposed.rows
        let present = { (row: Int) in rows.rows[row].filter { $0 != 0 } }
        let idf = columns.map { column in
            log1p(Double(rows.rows.count) / Double(max(1, column.count { $0 != 0 })))
                / log1p(Double(rows.rows.count))
        }
        let meanLength =
            Double(rows.rows.flatMap { $0 }.count { $0 != 0 }) / Double(rows.rows.count)
        func weight(_ row: Int, _ column: Int) -> Double {
            let value = rows.rows[row][column]
            guard value != 0 else { return 0 }
            switch measure {
            case .cosine: return value
            case .jaccard: return 1
            case .adjustedCosine:
                let owners = columns[column].filter { $0 != 0 }
                return value - owners.reduce(0, +) / Double(owners.count)
            case .pearson:
                return value - present(row).reduce(0, +) / Double(present(row).count)
            case .tfidf: return value.squareRoot() * idf[column]
            case .bm25:
                let length = Double(present(row).count) / meanLength
                return idf[column] * value * 2.2 / (value + 1.2 * (0.25 + 0.75 * length))
            }
        }
        let a = columns.indices.map { weight(i, $0) }
        let b = columns.indices.map { weight(j, $0) }
        let dot = { (x: [Double], y: [Double]) in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
        let product = dot(a, b)
        if measure == .jaccard { return product / (dot(a, a) + dot(b, b) - product + h) }
        return product / (dot(a, a).squareRoot() * dot(b, b).squareRoot() + h)
    }

    /// Similarities of all rows, those kept that are positive and among the row's `count` greatest.
    static func neighbours(_ measure: RowSimilarity, _ h: Double, _ rows: Table, _ count: Int)
        -> Table
    {
        Table(
            rows.rows.indices.map { i in
                let similarities = rows.rows.indices.map { j in
                    i == j ? 0 : similarity(measure, h, rows, i, j)
                }
                let least = similarities.filter { $0 > 0 }.sorted(by: >).prefix(count).last ?? 0
                return similarities.map { $0 > 0 && $0 >= least ? $0 : 0 }
            })
    }

    @Test(arguments: RowSimilarity.allCases, [0.0, 3.0])
    func itemKNNIsWhatTheMeasureSays(measure: RowSimilarity, shrinkage: Double) throws {
        let interactions = Self.ratings()
        let table = Table(interactions.matrix)
        // Jaccard has ties, of which a definition by threshold keeps all.
        let count = measure == .jaccard ? 100 : 4
        let model = try Self.fit(
            "itemKNN",
            [
                "similarity": .text(measure.rawValue), "shrinkage": .number(shrinkage),
                "neighbours": .integer(count),
            ], interactions)
        let expected = table * Self.neighbours(measure, shrinkage, table.transposed, count)
        #expect(try Self.distance(model, interactions, expected) < 1e-4)
    }

    @Test(arguments: RowSimilarity.allCases)
    func userKNNIsWhatTheMeasureSays(measure: RowSimilarity) throws {
        let interactions = Self.ratings()
        let table = Table(interactions.matrix)
        // Equal similarities are likely for these, and a definition by threshold keeps all.
        let count = measure == .jaccard || measure == .pearson ? 100 : 4
        let model = try Self.fit(
            "userKNN",
            [
                "similarity": .text(measure.rawValue), "shrinkage": .number(2),
                "neighbours": .integer(count),
            ], interactions)
        let expected = Self.neighbours(measure, 2, table, count) * table
        #expect(try Self.distance(model, interactions, expected) < 1e-4)
    }

    @Test func randomWalksFollowTheirFormula() throws {
        let interactions = Self.ratings()
        let table = Table(interactions.matrix)
        let users = table.rows.map { $0.reduce(0, +) }
        let items = table.transposed.rows.map { $0.reduce(0, +) }
        for (name, alpha, beta) in [("p3alpha", 1.3, 0.0), ("rp3beta", 0.7, 0.4)] {
            let fromItems = table.map { $2 == 0 ? 0 : pow($2 / items[$1], alpha) }.transposed
            let fromUsers = table.map { $2 == 0 ? 0 : pow($2 / users[$0], alpha) }
            let walks = (fromItems * fromUsers).map { i, j, value in
                i == j ? 0 : value / pow(items[j], beta)
            }
            var options: [String: MethodOption.Value] = ["alpha": .number(alpha)]
            if beta > 0 { options["beta"] = .number(beta) }
            let model = try Self.fit(name, options, interactions)
            #expect(try Self.distance(model, interactions, table * walks) < 1e-4)
        }
    }

    @Test func theGreatestAreFound() {
        var random = RandomSource(seed: 1)
        for count in [0, 1, 2, 10, 99] {
            // Few distinct values: many ties.
            let values = (0..<count).map { _ in Float(random.next(below: 12)) - 5 }
            for kept in [1, 3, 50, 200] {
                var greatest = GreatestEntries()
                for (number, value) in values.enumerated() { greatest.append(Int32(number), value) }
                let order = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
                #expect(greatest.greatest(kept) == order.prefix(kept).sorted().map { Int32($0) })
            }
        }
    }

    // MARK: Linear

    /// With more users than items, and with fewer, where only the users' side is inverted.
    @Test(arguments: [(14, 9), (7, 12), (40, 70)], [(0, 0), (0.5, 0.2)])
    func easeIsTheTextbooksRidge(
        size: (users: Int, items: Int), powers: (user: Double, item: Double)
    ) throws {
        let interactions = Self.ratings(users: size.users, items: size.items)
        let table = Table(interactions.matrix)
        let lambda = 20.0
        let degrees = table.rows.map { $0.reduce(0, +) }
        let raw = degrees.map { pow($0, -powers.user) }
        let mean = zip(raw, degrees).reduce(0) { $0 + $1.0 * $1.1 } / degrees.reduce(0, +)
        let weighted = table.map { user, _, value in value * raw[user] / mean }
        let precision = (table.transposed * weighted).map { $2 + ($0 == $1 ? lambda : 0) }.inverse
        let items = table.transposed.rows.map { $0.reduce(0, +) }
        let weights = precision.map {
            $0 == $1 ? 0 : -$2 / precision.rows[$1][$1] * pow(items[$0], -powers.item)
        }
        let model = try Self.fit(
            "ease",
            [
                "regularization": .number(lambda), "userPower": .number(powers.user),
                "itemPower": .number(powers.item),
            ], interactions)
        #expect(try Self.distance(model, interactions, table * weights) < 2e-4)
    }

    @Test func easeKeepsTheStrongestAndRefusesWhatDoesNotFit() throws {
        let interactions = Self.ratings()
        let model = try Self.fit("ease", ["neighbours": .integer(3)], interactions)
        let rows = try #require(model as? ItemRowsModel).rows
        #expect((0..<rows.rows).allSatisfy { rows.range($0).count == 3 })
        let error = #expect(throws: MethodError.self) {
            let wide = Self.ratings(users: 600, items: 600)
            _ = try Self.fit("ease", ["memory": .number(0.001)], wide)
        }
        #expect(error?.description.contains("`memory`") == true)
    }

    /// Whatever the option says.
    @Test func easeRefusesWhatTheMachineHasNotGot() throws {
        let size = Int((Double(ProcessInfo.processInfo.physicalMemory) / 4).squareRoot())
        let many = InteractionMatrix(
            users: (0..<UInt64(size)).map { $0 }, items: (0..<UInt64(size)).map { $0 },
            matrix: SparseMatrix(
                rows: size, columns: size, entries: (0..<size).map { ($0, $0, 1) }))
        let error = #expect(throws: MethodError.self) {
            _ = try Self.fit("ease", ["memory": .number(10_000)], many)
        }
        #expect(error?.description.contains("half of the machine's memory") == true)
    }

    // MARK: Filters

    /// R̃, and the projections of the ideal low-pass filter, by exact eigenvectors of R̃ᵀR̃.
    static func filters(_ table: Table, rank: Int) throws -> (p: Table, lowPass: Table) {
        let users = table.rows.map { $0.reduce(0, +) }
        let items = table.transposed.rows.map { $0.reduce(0, +) }
        let normal = table.map { $2 / (users[$0] * items[$1]).squareRoot() }
        let p = normal.transposed * normal
        let dense = Matrix(
            rows: items.count, columns: items.count, p.rows.flatMap { $0.map { Float($0) } })
        let vectors = try #require(dense.symmetricEigenvectors()).vectors
        let kept = Table(
            (items.count - rank..<items.count).map { row in
                (0..<items.count).map { Double(vectors[row, $0]) }
            })
        return (
            p,
            (kept.transposed * kept).map { i, j, value in
                value * (items[j] / items[i]).squareRoot()
            }
        )
    }

    @Test func gfcfIsItsFormula() throws {
        let interactions = Self.ratings()
        let table = Table(interactions.matrix)
        let (p, lowPass) = try Self.filters(table, rank: 4)
        let filter = p.map { $2 + 0.3 * lowPass.rows[$0][$1] }
        let model = try Self.fit("gfcf", ["rank": .integer(4)], interactions)
        #expect(try Self.distance(model, interactions, table * filter) < 1e-3)
    }

    /// By default; where a rank is asked for, it is taken.
    @Test(arguments: ["gfcf", "bspm"])
    func fewUsersOrItemsHaveFewSingularVectors(method: String) throws {
        let interactions = Self.ratings(users: 100, items: 60)
        for (options, rank) in [([:], 2), (["rank": .integer(5)], 5)]
            as [([String: MethodOption.Value], Int)]
        {
            let model = try Self.fit(method, options, interactions)
            let vectors = model.tensors.map(\.tensor).first { $0.name == "vectors" }
            #expect(vectors?.shape == [60, rank])
        }
    }

    /// The published form.
    @Test func bspmIsItsFormula() throws {
        try checkBSPM(userPower: 0.5, tilt: 0)
    }

    @Test func bspmIsItsFormulaWithOtherPowers() throws {
        try checkBSPM(userPower: 0.3, tilt: 0.2)
    }

    private func checkBSPM(userPower: Double, tilt: Double) throws {
        let interactions = Self.ratings()
        let table = Table(interactions.matrix)
        let users = table.rows.map { $0.reduce(0, +) }
        let items = table.transposed.rows.map { $0.reduce(0, +) }
        let normal = table.map { $2 / (pow(users[$0], userPower) * pow(items[$1], 0.5)) }
        let raw = normal.transposed * normal
        let dense = Matrix(
            rows: items.count, columns: items.count, raw.rows.flatMap { $0.map { Float($0) } })
        let (values, vectors) = try #require(dense.symmetricEigenvectors())
        let p = raw.map { $2 / Double(values[items.count - 1]) }
        let kept = Table(
            (items.count - 4..<items.count).map { row in
                (0..<items.count).map { Double(vectors[row, $0]) }
            })
        let lowPass = (kept.transposed * kept).map { i, j, value in
            value * pow(items[j] / items[i], 0.5 - tilt)
        }
        let tilted = table.map { $2 * pow(items[$1], -tilt) }
        var state = tilted * p.map { $2 + 0.3 * lowPass.rows[$0][$1] }
        let step = 1.25
        /// At `factor` times `direction` from `state`.
        func slope(_ state: Table, _ direction: Table, _ factor: Double) -> Table {
            (state.map { $2 + factor * direction.rows[$0][$1] } * p).map { -$2 }
        }
        for _ in 0..<2 {
            let k1 = slope(state, state, 0)
            let k2 = slope(state, k1, step / 2)
            let k3 = slope(state, k2, step / 2)
            let k4 = slope(state, k3, step)
            state = state.map { i, j, value in
                let middle = k2.rows[i][j] + k3.rows[i][j]
                return value + step / 6 * (k1.rows[i][j] + 2 * middle + k4.rows[i][j])
            }
        }
        let expected = state.map { $2 * pow(items[$1], tilt) }
        let model = try Self.fit(
            "bspm",
            [
                "rank": .integer(4), "steps": .integer(2), "time": .number(2.5),
                "beta": .number(0.3), "userPower": .number(userPower), "tilt": .number(tilt),
            ], interactions)
        #expect(try Self.distance(model, interactions, expected) < 1e-3)
    }

    // MARK: Every method

    static let methods: [(name: String, options: [String: MethodOption.Value])] = [
        ("bspm", ["rank": .integer(3)]), ("ease", [:]), ("gfcf", ["rank": .integer(3)]),
        ("itemKNN", [:]), ("p3alpha", [:]), ("rp3beta", [:]), ("userKNN", [:]),
    ]

    @Test(arguments: methods.indices)
    func whatIsStoredScoresAlike(number: Int) throws {
        let (name, options) = Self.methods[number]
        let interactions = Self.ratings()
        let trained = try TrainedModel.fit(
            Methods.named(name), options,
            source: ModelSource(type: "LIKES", direction: .outgoing, weight: nil),
            to: interactions, Training())
        let database = try InteractionModel()
        let store = database.store
        try trained.draft(name: "m").publish { change in try store.write { try change($0) } }
        let view = try store.beginRead()
        defer { view.close() }
        let restored = try TrainedModel(#require(try view.model(named: "m")), view)
        for user in interactions.users.indices {
            let history = interactions.history(user)
            #expect(
                try Self.scores(trained.fitted, history) == Self.scores(restored.fitted, history))
        }
    }

    @Test(arguments: methods.indices)
    func manyUsersNewOnesAndSomeItemsScoreAlike(number: Int) throws {
        let (name, options) = Self.methods[number]
        let interactions = Self.ratings()
        let model = try Self.fit(name, options, interactions)
        let histories = interactions.users.indices.map { interactions.history($0) }
        let all = Matrix(rows: histories.count, columns: model.itemCount)
        try model.score(histories, into: all)
        for (user, history) in histories.enumerated() {
            let scores = try Self.scores(model, history)
            for (item, score) in scores.enumerated() {
                #expect(abs(score - all[user, item]) < 1e-4)
            }
            let some = try model.score(history, items: [2, 0])
            #expect(abs(some[0] - scores[2]) < 1e-5 && abs(some[1] - scores[0]) < 1e-5)
            if let parts = model.contributions(history, to: 2) {
                #expect(abs(parts.reduce(0, +) - scores[2]) < 1e-4)
            }
            guard name != "userKNN" else { continue }
            var new = history
            new.row = nil
            #expect(try Self.scores(model, new) == scores)
        }
    }
}
