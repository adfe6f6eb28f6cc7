internal import Foundation
internal import LinearAlgebra

/// What passes along the edges of a block. Matrices of edges have a row for each, in its order.
extension Tape {
    /// For each target the sum of its sources' rows, times the edges' weights.
    func aggregated(_ x: Variable, _ block: MessageBlock) -> Variable {
        precondition(x.rows >= block.sourceCount)
        let width = x.columns
        let value = Matrix(rows: block.targetCount, columns: width)
        let weights = block.weights ?? Array(repeating: 1, count: block.edgeCount)
        block.sources.withUnsafeBufferPointer { sources in
            weights.withUnsafeBufferPointer { weights in
                guard let first = sources.baseAddress, let factors = weights.baseAddress else {
                    return
                }
                for target in 0..<block.targetCount {
                    let edges = block.edges(of: target)
                    Vectors.addRows(
                        first + edges.lowerBound, factors + edges.lowerBound, edges.count,
                        of: x.value.elements, width: width, to: value.row(target))
                }
            }
        }
        return result(value, of: [x]) { gradient in
            let sum = x.accumulated
            for target in 0..<block.targetCount {
                for edge in block.edges(of: target) {
                    Vectors.add(
                        gradient.row(target), weights[edge],
                        to: sum.row(Int(block.sources[edge])), width)
                }
            }
        }
    }

    /// For each target the largest of its sources' elements in each column; 0 where it has none. The
    /// gradient goes to the first source that has it.
    func maximum(_ x: Variable, _ block: MessageBlock) -> Variable {
        precondition(x.rows >= block.sourceCount)
        let width = x.columns
        let value = Matrix(rows: block.targetCount, columns: width)
        var winners = [Int32](repeating: -1, count: value.count)
        for target in 0..<block.targetCount {
            let row = value.row(target)
            for edge in block.edges(of: target) {
                let source = block.sources[edge]
                let candidate = x.value.row(Int(source))
                for column in 0..<width {
                    let place = target &* width &+ column
                    if winners[place] < 0 || candidate[column] > row[column] {
                        row[column] = candidate[column]
                        winners[place] = source
                    }
                }
            }
        }
        return result(value, of: [x]) { gradient in
            let sum = x.accumulated
            for place in 0..<winners.count where winners[place] >= 0 {
                sum[Int(winners[place]), place % width] += gradient.elements[place]
            }
        }
    }

    /// For each edge its source's row of `left` plus its target's row of `right`.
    func edgeSums(_ left: Variable, _ right: Variable, _ block: MessageBlock) -> Variable {
        precondition(left.rows >= block.sourceCount && right.rows >= block.targetCount)
        precondition(left.columns == right.columns)
        let width = left.columns
        let value = Matrix(rows: block.edgeCount, columns: width)
        for target in 0..<block.targetCount {
            let own = right.value.row(target)
            for edge in block.edges(of: target) {
                let source = left.value.row(Int(block.sources[edge]))
                let row = value.row(edge)
                for column in 0..<width { row[column] = source[column] + own[column] }
            }
        }
        return result(value, of: [left, right]) { gradient in
            for target in 0..<block.targetCount {
                for edge in block.edges(of: target) {
                    let row = gradient.row(edge)
                    if left.needsGradient {
                        let source = Int(block.sources[edge])
                        Vectors.add(row, 1, to: left.accumulated.row(source), width)
                    }
                    if right.needsGradient {
                        Vectors.add(row, 1, to: right.accumulated.row(target), width)
                    }
                }
            }
        }
    }

    /// For each target a softmax over its edges, column by column.
    func softmax(_ x: Variable, _ block: MessageBlock) -> Variable {
        precondition(x.rows == block.edgeCount)
        let width = x.columns
        let value = x.value.copy()
        for target in 0..<block.targetCount {
            let edges = block.edges(of: target)
            for column in 0..<width {
                var largest = -Float.infinity
                for edge in edges { largest = max(largest, value[edge, column]) }
                var sum: Float = 0
                for edge in edges {
                    let power = exp(value[edge, column] - largest)
                    value[edge, column] = power
                    sum += power
                }
                for edge in edges { value[edge, column] /= sum }
            }
        }
        return result(value, of: [x]) { gradient in
            let sums = x.accumulated
            for target in 0..<block.targetCount {
                let edges = block.edges(of: target)
                for column in 0..<width {
                    var mean: Float = 0
                    for edge in edges { mean += gradient[edge, column] * value[edge, column] }
                    for edge in edges {
                        sums[edge, column] += value[edge, column] * (gradient[edge, column] - mean)
                    }
                }
            }
        }
    }

    /// For each target the sum of its sources' rows, where each head's part of a row counts as much as
    /// the edge's attention of that head: `attention` has a column for each head.
    func attended(_ x: Variable, _ attention: Variable, _ block: MessageBlock) -> Variable {
        precondition(x.rows >= block.sourceCount && attention.rows == block.edgeCount)
        let heads = attention.columns
        let width = x.columns / heads
        precondition(width * heads == x.columns)
        let value = Matrix(rows: block.targetCount, columns: x.columns)
        for target in 0..<block.targetCount {
            for edge in block.edges(of: target) {
                let source = x.value.row(Int(block.sources[edge]))
                for head in 0..<heads {
                    let begin = head &* width
                    Vectors.add(
                        source + begin, attention.value[edge, head],
                        to: value.row(target) + begin, width)
                }
            }
        }
        return result(value, of: [x, attention]) { gradient in
            for target in 0..<block.targetCount {
                for edge in block.edges(of: target) {
                    let source = Int(block.sources[edge])
                    for head in 0..<heads {
                        let begin = head &* width
                        let slope = gradient.row(target) + begin
                        if x.needsGradient {
                            Vectors.add(
                                slope, attention.value[edge, head],
                                to: x.accumulated.row(source) + begin, width)
                        }
                        if attention.needsGradient {
                            attention.accumulated[edge, head] += Vectors.dot(
                                slope, x.value.row(source) + begin, width)
                        }
                    }
                }
            }
        }
    }

    /// For each row and head the inner product of the head's part of the row with that of `weights`, one
    /// row.
    func headDots(_ x: Variable, _ weights: Variable, heads: Int) -> Variable {
        precondition(weights.value.count == x.columns && x.columns % heads == 0)
        let width = x.columns / heads
        let value = Matrix(rows: x.rows, columns: heads)
        for row in 0..<x.rows {
            for head in 0..<heads {
                let begin = head &* width
                value[row, head] = Vectors.dot(
                    x.value.row(row) + begin, weights.value.elements + begin, width)
            }
        }
        return result(value, of: [x, weights]) { gradient in
            for row in 0..<gradient.rows {
                for head in 0..<heads {
                    let begin = head &* width
                    let slope = gradient[row, head]
                    if x.needsGradient {
                        Vectors.add(
                            weights.value.elements + begin, slope,
                            to: x.accumulated.row(row) + begin, width)
                    }
                    if weights.needsGradient {
                        Vectors.add(
                            x.value.row(row) + begin, slope,
                            to: weights.accumulated.elements + begin, width)
                    }
                }
            }
        }
    }

    /// The mean of the heads' parts of each row.
    func meanOfHeads(_ x: Variable, heads: Int) -> Variable {
        precondition(x.columns % heads == 0)
        let width = x.columns / heads
        let share = 1 / Float(heads)
        let value = Matrix(rows: x.rows, columns: width)
        for row in 0..<x.rows {
            for head in 0..<heads {
                Vectors.add(x.value.row(row) + head &* width, share, to: value.row(row), width)
            }
        }
        return result(value, of: [x]) { gradient in
            for row in 0..<gradient.rows {
                for head in 0..<heads {
                    Vectors.add(
                        gradient.row(row), share, to: x.accumulated.row(row) + head &* width,
                        width)
                }
            }
        }
    }
}
