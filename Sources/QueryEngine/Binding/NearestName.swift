import Values

/// Whether two names are the same: by their bytes, as everywhere.
@inline(__always)
func sameName(_ left: String, _ right: String) -> Bool {
    // Names that are compared mostly are the same, and short enough to lie in the string's own two
    // words. Unsafe: reads these as numbers; where both are the same, so are the strings.
    let (one, other) = (
        unsafeBitCast(left, to: (UInt64, UInt64).self),
        unsafeBitCast(right, to: (UInt64, UInt64).self)
    )
    return one == other || haveSameBytes(left, right)
}

/// The hint that an error about an unknown name ends with.
public enum NearestName {
    /// ` Did you mean `name`?`, or nothing where no candidate is close.
    public static func hint(for name: String, among candidates: some Sequence<String>) -> String {
        guard let nearest = nearest(to: name, among: candidates) else { return "" }
        return " Did you mean `\(nearest)`?"
    }

    /// The candidate with the fewest edits, if they are few for its length.
    static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased().utf8)
        let limit = max(1, wanted.count / 3)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let bytes = Array(candidate.lowercased().utf8)
            if abs(bytes.count - wanted.count) > limit { continue }
            let distance = editDistance(wanted, bytes)
            if distance <= limit, distance < best?.distance ?? Int.max {
                best = (distance, candidate)
            }
        }
        return best?.name
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in 1...left.count {
            var row = [i] + [Int](repeating: 0, count: right.count)
            for j in 1...right.count {
                let cost = left[i - 1] == right[j - 1] ? 0 : 1
                row[j] = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + cost)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
