import ArgumentParser
import Foundation
import LinearAlgebra
import Recommend

/// Held-out items among the best that a method finds.
struct Ranking: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fit methods that rank: METHOD RECALL@20 NDCG@20 FIT_SECONDS.")

    @Argument(help: "The directory.") var directory: String
    @Option(help: "Methods, separated by commas.") var methods: String
    @Option(help: "name=value, for all of the methods; may be repeated.") var option: [String] = []
    @Flag(help: "Answer each user as if new: from the history, without learned user factors.")
    var foldIn = false
    @Flag(help: "Print the loss and the seconds of each epoch.") var curve = false

    private static let depth = 20
    private static let usersAtOnce = 512

    func run() throws {
        let lists = try InteractionLists(directory: directory)
        let entries = lists.training.enumerated().flatMap { row, list in
            list.items.map { (row: row, column: Int(lists.places[$0] ?? 0), value: Float(1)) }
        }
        let interactions = InteractionMatrix(
            users: lists.training.map(\.user), items: lists.items,
            matrix: SparseMatrix(
                rows: lists.training.count, columns: lists.items.count, entries: entries))
        let wanted = lists.training.map { list in
            (lists.heldOut[list.user] ?? []).map { lists.places[$0] ?? -1 }
        }
        print("METHOD RECALL@20 NDCG@20 FIT_SECONDS")
        for name in methods.split(separator: ",") {
            let method = try Methods.named(String(name))
            let options = try MethodOptions(
                OptionArguments.parse(option), for: method.options, of: method.name)
            let start = ContinuousClock.now
            let model = try method.init(options).fit(interactions, listener)
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let quality = try measure(model, interactions, wanted)
            let figures = [quality.recall, quality.ndcg].map { String(format: "%.4f", $0) }
            print(
                method.name, figures.joined(separator: " "), String(format: "%.2f", seconds))
        }
    }

    private var listener: Training {
        guard curve else { return Training() }
        return Training { report, _ in
            print("  epoch \(report.epoch) loss \(report.loss) seconds \(report.seconds)")
            return true
        }
    }

    /// LightGCN's definitions: recall is the share of the held-out items, the ideal DCG is that of as
    /// many items as were held out, at most the depth.
    private func measure(
        _ model: any FittedModel, _ interactions: InteractionMatrix, _ wanted: [[Int32]]
    ) throws -> (recall: Double, ndcg: Double) {
        let users = wanted.indices.filter { !wanted[$0].isEmpty }
        var (recall, ndcg) = (0.0, 0.0)
        for first in stride(from: 0, to: users.count, by: Self.usersAtOnce) {
            let part = users[first..<min(users.count, first + Self.usersAtOnce)]
            let histories = part.map { user in
                var history = interactions.history(user)
                if foldIn { history.row = nil }
                return history
            }
            let scores = Matrix(rows: part.count, columns: model.itemCount)
            try model.score(histories, into: scores)
            for (row, user) in part.enumerated() {
                for item in histories[row].items { scores[row, Int(item)] = -.infinity }
                let found = TopItems.best(
                    Self.depth,
                    UnsafeBufferPointer(start: scores.row(row), count: model.itemCount),
                    isExcluded: { _ in false })
                let relevant = Set(wanted[user])
                var gain = 0.0
                for (rank, item) in found.enumerated() where relevant.contains(item) {
                    recall += 1 / Double(wanted[user].count)
                    gain += 1 / log2(Double(rank + 2))
                }
                let ideal = (0..<min(Self.depth, wanted[user].count)).reduce(0.0) {
                    $0 + 1 / log2(Double($1 + 2))
                }
                ndcg += gain / ideal
            }
        }
        return (recall / Double(users.count), ndcg / Double(users.count))
    }
}
