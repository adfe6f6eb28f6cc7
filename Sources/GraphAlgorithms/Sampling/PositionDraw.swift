internal import LinearAlgebra

/// Draws positions of a list at random, in ascending order. Its memory is reused from draw to draw.
struct PositionDraw {
    private(set) var positions: ContiguousArray<Int> = []
    /// A bit for each position of the list, all clear between draws.
    private var marks: ContiguousArray<UInt64> = []

    /// Marks are used where there are at most so many words of them for each draw: looking through
    /// more costs more than keeping few positions sorted.
    private static let wordsPerDraw = 16

    /// `count` of 0 ..< `length`, none twice, every subset of that size equally likely.
    ///
    /// Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 1987): for j from
    /// length − count up, a position up to j, or j itself where that is taken.
    mutating func drawDistinct(_ count: Int, of length: Int, _ random: inout RandomSource) {
        precondition(count >= 0 && count <= length)
        positions.removeAll(keepingCapacity: true)
        let words = (length &+ 63) / 64
        if words <= Self.wordsPerDraw &* count {
            drawMarked(count, length, words, &random)
        } else {
            drawSorted(count, length, &random)
        }
    }

    /// `count` independent draws from 0 ..< `length`.
    mutating func drawRepeated(_ count: Int, of length: Int, _ random: inout RandomSource) {
        positions.removeAll(keepingCapacity: true)
        for _ in 0..<count { positions.append(random.next(below: length)) }
        positions.sort()
    }

    private mutating func drawMarked(
        _ count: Int, _ length: Int, _ words: Int, _ random: inout RandomSource
    ) {
        if marks.count < words {
            marks.append(contentsOf: repeatElement(0, count: words - marks.count))
        }
        for last in length &- count..<length {
            var position = random.next(below: last &+ 1)
            if marks[position >> 6] >> (position & 63) & 1 != 0 { position = last }
            marks[position >> 6] |= 1 << (position & 63)
        }
        for word in 0..<words {
            var left = marks[word]
            marks[word] = 0
            while left != 0 {
                positions.append(word << 6 | left.trailingZeroBitCount)
                left &= left &- 1
            }
        }
    }

    private mutating func drawSorted(
        _ count: Int, _ length: Int, _ random: inout RandomSource
    ) {
        for last in length &- count..<length {
            let position = random.next(below: last &+ 1)
            let place = lowerBound(position)
            if place < positions.count, positions[place] == position {
                // Greater than all before it.
                positions.append(last)
            } else {
                positions.insert(position, at: place)
            }
        }
    }

    private func lowerBound(_ position: Int) -> Int {
        var (lower, upper) = (0, positions.count)
        while lower < upper {
            let middle = (lower &+ upper) / 2
            if positions[middle] < position { lower = middle &+ 1 } else { upper = middle }
        }
        return lower
    }
}
