import ArgumentParser
import Foundation
import LinearAlgebra
import Recommend

/// Ratings by numbers of users and items.
struct RatingTable {
    struct Rating {
        let user: Int
        let item: Int
        let value: Float
    }

    private var ratings: [Rating] = []
    private let users: Int
    private let items: Int

    init(path: String) throws {
        var userNumbers: [Substring: Int] = [:]
        var itemNumbers: [Substring: Int] = [:]
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for line in text.split(whereSeparator: \.isNewline).dropFirst() {
            let fields = line.split { "|,;\t".contains($0) }
            guard fields.count >= 3, let value = Float(fields[2]) else {
                throw ValidationError("not a rating: \(line)")
            }
            ratings.append(
                Rating(
                    user: Self.number(fields[0], &userNumbers),
                    item: Self.number(fields[1], &itemNumbers), value: value))
        }
        users = userNumbers.count
        items = itemNumbers.count
    }

    private static func number(_ name: Substring, _ numbers: inout [Substring: Int]) -> Int {
        let next = numbers.count
        return numbers[name]
            ?? {
                numbers[name] = next; return next
            }()
    }

    /// One part held out, the others to learn from. All users and items are in both.
    struct Fold {
        let training: InteractionMatrix
        let heldOut: [Rating]

        func errors(_ model: any FittedModel, foldIn: Bool) throws -> Errors {
            var squares = 0.0
            var absolutes = 0.0
            let scores = Matrix(rows: 1, columns: model.itemCount)
            for (user, ratings) in Dictionary(grouping: heldOut, by: \.user) {
                var history = training.history(user)
                if foldIn { history.row = nil }
                try model.score(history, into: scores.buffer)
                for rating in ratings {
                    let error = Double(scores[0, rating.item] - rating.value)
                    squares += error * error
                    absolutes += abs(error)
                }
            }
            let count = Double(heldOut.count)
            return Errors(rmse: (squares / count).squareRoot(), mae: absolutes / count)
        }
    }

    func folds(_ count: Int, seed: UInt64) -> [Fold] {
        var random = RandomSource(seed: seed)
        let order = random.permutation(ratings.count).map { Int($0) }
        return (0..<count).map { fold in
            let held = ratings.count * fold / count..<ratings.count * (fold + 1) / count
            let entries = order.indices.lazy.filter { !held.contains($0) }.map { place in
                let rating = ratings[order[place]]
                return (row: rating.user, column: rating.item, value: rating.value)
            }
            return Fold(
                training: InteractionMatrix(
                    users: (0..<UInt64(users)).map { $0 }, items: (0..<UInt64(items)).map { $0 },
                    matrix: SparseMatrix(rows: users, columns: items, entries: entries)),
                heldOut: held.map { ratings[order[$0]] })
        }
    }
}
