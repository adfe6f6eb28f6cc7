import ArgumentParser
import Foundation
import LinearAlgebra
import Recommend

/// Cross validation on a file of ratings, whose lines are `user|item|rating|…` under a header (other
/// separators: comma, semicolon, tab).
struct Ratings: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cross-validate methods that predict ratings: METHOD RMSE MAE FIT_SECONDS.")

    @Argument(help: "The file.") var file: String
    @Option(help: "Methods, separated by commas; all that predict ratings without it.")
    var methods: String?
    @Option(help: "Parts, each of which is held out once.") var folds = 5
    @Option(help: "Decides which rating is in which part.") var seed: UInt64 = 0
    @Option(help: "name=value, for all of the methods; may be repeated.") var option: [String] = []
    @Flag(help: "Answer each user as if new: from the history, without learned user factors.")
    var foldIn = false

    func run() throws {
        let table = try RatingTable(path: file)
        print("METHOD RMSE MAE FIT_SECONDS")
        for method in try chosen() {
            let options = try MethodOptions(
                OptionArguments.parse(option), for: method.options, of: method.name)
            var total = Errors()
            var seconds = 0.0
            for fold in table.folds(folds, seed: seed) {
                let clock = ContinuousClock()
                let start = clock.now
                let model = try method.init(options).fit(fold.training, Training())
                seconds += (clock.now - start) / .seconds(1)
                total.add(try fold.errors(model, foldIn: foldIn))
            }
            let parts = Double(folds)
            print(
                method.name, rounded(total.rmse / parts, 4), rounded(total.mae / parts, 4),
                rounded(seconds / parts, 3))
        }
    }

    private func chosen() throws -> [any RecommenderMethod.Type] {
        if let methods {
            return try methods.split(separator: ",").map { try Methods.named(String($0)) }
        }
        var rating: [any RecommenderMethod.Type] = []
        for method in Methods.all where method.predictsRatings { rating.append(method) }
        return rating
    }

    private func rounded(_ number: Double, _ digits: Int) -> String {
        String(format: "%.\(digits)f", number)
    }
}

/// `name=value` as options take it.
enum OptionArguments {
    static func parse(_ arguments: [String]) -> [String: MethodOption.Value] {
        var values: [String: MethodOption.Value] = [:]
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map { String($0) }
            guard parts.count == 2 else { continue }
            values[parts[0]] = value(parts[1])
        }
        return values
    }

    private static func value(_ text: String) -> MethodOption.Value {
        if let number = Int(text) { return .integer(number) }
        if let number = Double(text) { return .number(number) }
        switch text {
        case "true": return .flag(true)
        case "false": return .flag(false)
        default: return .text(text)
        }
    }
}

/// Means of the folds are summed up, as is usual.
struct Errors {
    var rmse = 0.0
    var mae = 0.0

    mutating func add(_ other: Errors) {
        rmse += other.rmse
        mae += other.mae
    }
}
