import GraphStore
import LinearAlgebra
import Testing

@testable import Recommend

@Suite struct SplitTests {
    /// Forty users with one to twelve items each.
    private let matrix = interactionMatrix((0..<40).map { SplitTests.items(of: $0) }, items: 50)

    private static func items(of user: Int) -> [Int: Float] {
        var items: [Int: Float] = [:]
        for step in 0...(user % 12) { items[(user * 7 + step * 3) % 50] = 1 }
        return items
    }

    private func split(_ method: Split.Method) -> Split {
        var split = Split()
        split.method = method
        return split
    }

    @Test(arguments: Split.Method.allCases.filter { $0 != .time })
    func aSplitDependsOnTheSeedAlone(method: Split.Method) throws {
        var split = split(method)
        let first = try split.parts(matrix)
        #expect(try split.parts(matrix) == first)
        split.seed = 43
        #expect(try split.parts(matrix) != first)
    }

    @Test func trainingAndTestMakeUpTheWhole() throws {
        let parts = try split(.random).parts(matrix)
        let training = matrix.subset { parts[$0] != 0 }
        let test = matrix.subset { parts[$0] == 0 }
        #expect(training.matrix.count + test.matrix.count == matrix.matrix.count)
        var pairs = Set<[NodeID]>()
        for half in [training, test] {
            for (row, user) in half.users.enumerated() {
                for item in half.history(row).items { pairs.insert([user, half.items[Int(item)]]) }
            }
        }
        #expect(pairs.count == matrix.matrix.count)
        #expect(training.items == training.items.sorted())
    }

    @Test func everybodyKeepsSomethingForTraining() throws {
        for method in [Split.Method.perUser, .leaveOneOut] {
            let parts = try split(method).parts(matrix)
            for row in matrix.users.indices {
                let own = parts[matrix.matrix.range(row)]
                #expect(own.contains(-1))
                if method == .leaveOneOut {
                    #expect(own.count { $0 == 0 } == min(1, own.count - 1))
                }
            }
        }
    }

    @Test func foldsTestEachInteractionOnce() throws {
        let parts = try split(.kFold).parts(matrix)
        let counts = (0..<5).map { fold in parts.count { $0 == Int32(fold) } }
        #expect(counts.reduce(0, +) == matrix.matrix.count)
        #expect(counts.max()! - counts.min()! <= 1)
    }

    @Test func timeDecides() throws {
        let timed = InteractionMatrix(
            users: matrix.users, items: matrix.items, matrix: matrix.matrix,
            times: (0..<matrix.matrix.count).map { Double(($0 * 31) % 101) })
        var byTime = split(.time)
        byTime.moment = 60
        #expect(try byTime.parts(timed) == timed.times!.map { $0 >= 60 ? 0 : -1 })
        #expect(throws: MethodError.self) { try byTime.parts(matrix) }
        let last = try split(.leaveOneOut).parts(timed)
        for row in timed.users.indices where timed.matrix.range(row).count > 1 {
            let range = timed.matrix.range(row)
            let tested = range.first { last[$0] == 0 }!
            #expect(timed.times![tested] == timed.times![range].max())
        }
    }

    @Test func cohortsByInteractions() {
        let test = interactionMatrix(Array(repeating: [49: 1], count: 40), items: 50)
        let heldOut = HeldOut(training: matrix, test: test)
        let groups = Cohorts.interactions([3, 9]).groups(heldOut)
        #expect(groups.map(\.name) == [nil, "0–2", "3–8", "9+"])
        #expect(groups.dropFirst().reduce(0) { $0 + $1.users!.count } == heldOut.users.count)
    }

    @Test func popularityIsEvaluatedByFolds() throws {
        let folds = try split(.kFold).parts(matrix)
        let tests = (0..<5).map { fold in
            HeldOut(
                training: matrix.subset { folds[$0] != Int32(fold) },
                test: matrix.subset { folds[$0] == Int32(fold) })
        }
        var evaluation = Evaluation(metrics: [.recall, .auc, .rmse])
        evaluation.ks = [5, 10]
        let figures = try evaluation.run(
            Evaluation.Contestant(label: "all alike", method: PopularityMethod.self), on: tests)
        #expect(figures.map(\.metric) == [.recall, .recall, .auc, .rmse])
        #expect(figures.map(\.k) == [5, 10, nil, nil])
        #expect(figures[3].value == nil)
        #expect(figures[0].value! <= figures[1].value!)
        #expect(figures.allSatisfy { $0.method == "all alike" && $0.users > 0 })
    }
}
