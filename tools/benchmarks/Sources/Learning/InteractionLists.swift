import Foundation

/// The files `train.txt` and `test.txt` of a directory, whose lines are a user and then the user's
/// items, all of them numbers.
struct InteractionLists {
    typealias List = (user: UInt64, items: [UInt64])

    let training: [List]
    let heldOut: [UInt64: [UInt64]]
    /// Those of the training part, ascending, and the place of each.
    let items: [UInt64]
    let places: [UInt64: Int32]

    init(directory: String) throws {
        training = try Self.lists(directory + "/train.txt")
        heldOut = Dictionary(
            uniqueKeysWithValues: try Self.lists(directory + "/test.txt").map {
                ($0.user, $0.items)
            })
        items = Array(Set(training.flatMap(\.items))).sorted()
        places = Dictionary(
            uniqueKeysWithValues: zip(items, items.indices.lazy.map { Int32($0) }))
    }

    private static func lists(_ path: String) throws -> [List] {
        try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n").compactMap { line in
                let numbers = line.split(separator: " ").compactMap { UInt64($0) }
                return numbers.first.map { ($0, Array(numbers.dropFirst())) }
            }
    }
}
