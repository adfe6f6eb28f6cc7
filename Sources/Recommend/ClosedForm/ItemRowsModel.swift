import GraphStore
import LinearAlgebra

/// A sparse matrix from items to items: score = x · S, the sum of the rows of what the user has.
///
/// What neighbourhood methods and linear ones learn. Scoring costs the lengths of those rows; a
/// user who came after the fit, or has clicked since, is scored like any other.
struct ItemRowsModel: FittedModel {
    let rows: SparseMatrix

    init(rows: SparseMatrix) { self.rows = rows }

    init(_ stored: TensorReader) throws { rows = try stored.sparse("items") }

    var itemCount: Int { rows.columns }
    var tensors: [TensorData] { TensorData.sparse("items", rows) }

    func score(_ user: UserHistory, into scores: UnsafeMutableBufferPointer<Float>) {
        guard let scores = scores.baseAddress else { return }
        scores.update(repeating: 0, count: itemCount)
        for (item, weight) in user.entries { rows.add(row: Int(item), times: weight, to: scores) }
    }

    func score(_ user: UserHistory, items: [Int32]) -> [Float] {
        items.map { item in
            user.entries.reduce(0) { $0 + $1.1 * self[$1.0, item] }
        }
    }

    func contributions(_ user: UserHistory, to item: Int32) -> [Float]? {
        user.entries.map { $1 * self[$0, item] }
    }

    /// By binary search in the row.
    private subscript(row: Int32, column: Int32) -> Float {
        rows.withRow(Int(row)) { indices, values in
            var low = 0
            var high = indices.count
            while low < high {
                let middle = (low + high) / 2
                if indices[middle] < column { low = middle + 1 } else { high = middle }
            }
            return low < indices.count && indices[low] == column ? values[low] : 0
        }
    }
}
