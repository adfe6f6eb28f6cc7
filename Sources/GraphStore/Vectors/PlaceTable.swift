/// Which place an entity has. A copy costs one reference for about sixty entities, and its first
/// change copies those alone that it concerns.
struct PlaceTable {
    private(set) var count = 0
    private var shards: ContiguousArray<[UInt64: UInt32]>

    private static let shardEntries = 64
    /// Shards are made anew where they hold so many times more.
    private static let greatestGrowth = 4

    init(expecting count: Int = 0) {
        var shards = 1
        while shards * Self.shardEntries < count { shards *= 2 }
        self.shards = ContiguousArray(repeating: [:], count: shards)
    }

    @inline(__always)
    private func shard(_ entity: UInt64) -> Int {
        Int(truncatingIfNeeded: SplitMix.mixed(entity)) & (shards.count - 1)
    }

    subscript(entity: UInt64) -> UInt32? {
        get { shards[shard(entity)][entity] }
        set {
            let shard = shard(entity)
            let before = shards[shard].count
            shards[shard][entity] = newValue
            count += shards[shard].count - before
            if count > shards.count * Self.shardEntries * Self.greatestGrowth { spread() }
        }
    }

    private mutating func spread() {
        var wider = PlaceTable(expecting: count)
        for shard in shards { for (entity, place) in shard { wider[entity] = place } }
        self = wider
    }
}

/// The mixing function of SplitMix64 (Steele, Lea and Flood 2014): every bit of the result depends
/// on every bit of the number.
enum SplitMix {
    @inline(__always)
    static func mixed(_ number: UInt64) -> UInt64 {
        var bits = number &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
