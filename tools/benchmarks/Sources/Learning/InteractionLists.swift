import Foundation
import LinearAlgebra
import Recommend

/// The files `train.txt` and `test.txt` of a directory, whose lines are a user and then the user's
/// items, all of them numbers.
struct InteractionLists {
    typealias List = (user: UInt64, items: [UInt64])

    let training: [List]
    let test: [List]

    init(directory: String) throws {
        training = try Self.lists(directory + "/train.txt")
        test = try Self.lists(directory + "/test.txt")
    }

    var trainingMatrix: InteractionMatrix { Self.matrix(training) }
    var testMatrix: InteractionMatrix { Self.matrix(test) }

    private static func lists(_ path: String) throws -> [List] {
        try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n").compactMap { line in
                let numbers = line.split(separator: " ").compactMap { UInt64($0) }
                return numbers.first.map { ($0, Array(numbers.dropFirst())) }
            }
    }

    /// A row for each list, a column for each item in them, ascending.
    private static func matrix(_ lists: [List]) -> InteractionMatrix {
        let items = Array(Set(lists.flatMap(\.items))).sorted()
        let places = Dictionary(uniqueKeysWithValues: zip(items, items.indices))
        let entries = lists.enumerated().flatMap { row, list in
            list.items.compactMap { item in
                places[item].map { (row: row, column: $0, value: Float(1)) }
            }
        }
        return InteractionMatrix(
            users: lists.map(\.user), items: items,
            matrix: SparseMatrix(rows: lists.count, columns: items.count, entries: entries))
    }
}
