import ArgumentParser
import Foundation
import GraphStore
import LinearAlgebra
import Recommend

/// Held-out items among the best that a method finds.
struct Ranking: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit methods that rank: METHOD RECALL@20 NDCG@20 FIT_SECONDS SCORING_SECONDS.")

    @Argument(help: "The directory.") var directory: String
    @Option(help: "Methods, separated by commas.") var methods: String
    @Option(help: "name=value, for all of the methods; may be repeated.") var option: [String] = []
    @Flag(help: "Answer each user as if new: from the history, without learned user factors.")
    var foldIn = false
    @Flag(help: "Print the loss and the seconds of each epoch.") var curve = false

    private static let depth = 20

    func run() throws {
        let lists = try InteractionLists(directory: directory)
        let test = HeldOut(training: lists.trainingMatrix, test: lists.testMatrix)
        print("METHOD RECALL@20 NDCG@20 FIT_SECONDS SCORING_SECONDS")
        for name in methods.split(separator: ",") {
            let method = try Methods.named(String(name))
            let options = try MethodOptions(
                OptionArguments.parse(option), for: method.options, of: method.name)
            let start = ContinuousClock.now
            let model = try method.init(options).fit(test.training, listener)
            let fitted = ContinuousClock.now
            let best = try TopLists(foldIn ? NewUsers(model: model) : model, test, k: Self.depth)
            let scored = ContinuousClock.now
            let metrics = RankingMetrics(best, of: test)
            let quality = [Metric.recall, .ndcg].map {
                String(format: "%.4f", metrics.value($0, at: Self.depth) ?? 0)
            }
            let seconds = [fitted - start, scored - fitted].map {
                String(format: "%.2f", $0 / .seconds(1))
            }
            print(method.name, (quality + seconds).joined(separator: " "))
        }
    }

    private var listener: Training {
        guard curve else { return Training() }
        return Training { report, _ in
            print("  epoch \(report.epoch) loss \(report.loss) seconds \(report.seconds)")
            return true
        }
    }
}

/// Answers everyone from the history, as somebody whom the fit has not seen.
private struct NewUsers: FittedModel {
    let model: any FittedModel

    var itemCount: Int { model.itemCount }
    var tensors: [TensorData] { model.tensors }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) throws {
        try model.score(new(user), into: scores)
    }

    func score(_ users: [UserHistory], into scores: Matrix) throws {
        try model.score(users.map(new), into: scores)
    }

    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        model.contributions(new(user), to: item)
    }

    private func new(_ user: UserHistory) -> UserHistory {
        var user = user
        user.row = nil
        return user
    }
}
