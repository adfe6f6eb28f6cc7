/// Writes chunks: decides how many entries fit and packs them.
struct ChunkEncoder {
    /// Which chunk of its list it is.
    enum Place {
        case whole
        /// The first of several, with the list's degree.
        case first(degree: Int)
        case later
    }

    let limits: AdjacencyLimits

    /// The largest number of entries from the front of `entries` that one chunk holds.
    func fitting(_ entries: EntryBuffer.Slice) -> Int {
        guard let firstNeighbour = entries.neighbours.first else { return 0 }
        var lowest = entries.relationships[0]
        var highest = lowest
        let most = min(entries.count, limits.chunkEntries)
        var count = 0
        while count < most {
            lowest = min(lowest, entries.relationships[count])
            highest = max(highest, entries.relationships[count])
            let width =
                PackedColumn.width(of: entries.neighbours[count] &- firstNeighbour)
                + PackedColumn.width(of: highest &- lowest)
            guard Chunk.Layout.columnsAfterDegree + (count + 1) * width <= limits.chunkBytes else {
                break
            }
            count += 1
        }
        return count
    }

    /// Packs all of `entries`, which must fit, at `target`, which holds `chunkBytes`. Returns the
    /// bytes used.
    func encode(
        _ entries: EntryBuffer.Slice, _ place: Place, into target: UnsafeMutableRawPointer
    ) -> Int {
        let count = entries.count
        precondition(count > 0 && count <= Int(UInt16.max))
        let neighbourBase = entries.neighbours[0]
        let neighbourWidth = PackedColumn.width(
            of: entries.neighbours[count - 1] &- neighbourBase)
        var lowest = entries.relationships[0]
        var highest = lowest
        for relationship in entries.relationships {
            lowest = min(lowest, relationship)
            highest = max(highest, relationship)
        }
        let relationshipWidth = PackedColumn.width(of: highest &- lowest)

        var header = Chunk.Layout.columns
        var flags: UInt8 = 0
        switch place {
        case .whole: flags = Chunk.Layout.isWhole
        case .first(let degree):
            flags = Chunk.Layout.hasDegree
            header = Chunk.Layout.columnsAfterDegree
            Self.setDegree(degree, at: target)
        case .later: break
        }
        target.storeBytes(of: UInt16(count), as: UInt16.self)
        target.storeBytes(
            of: UInt8(neighbourWidth | relationshipWidth << 4), toByteOffset: Chunk.Layout.widths,
            as: UInt8.self)
        target.storeBytes(of: flags, toByteOffset: Chunk.Layout.flags, as: UInt8.self)
        target.storeBytes(
            of: neighbourBase, toByteOffset: Chunk.Layout.neighbourBase, as: UInt64.self)
        target.storeBytes(
            of: lowest, toByteOffset: Chunk.Layout.relationshipBase, as: UInt64.self)
        pack(entries.neighbours, neighbourBase, neighbourWidth, at: target + header)
        pack(
            entries.relationships, lowest, relationshipWidth,
            at: target + header + count * neighbourWidth)
        return header + count * (neighbourWidth + relationshipWidth)
    }

    /// Corrects the degree of an encoded first chunk of several.
    static func setDegree(_ degree: Int, at chunk: UnsafeMutableRawPointer) {
        chunk.storeBytes(
            of: UInt64(degree), toByteOffset: Chunk.Layout.degree, as: UInt64.self)
    }

    private func pack(
        _ values: UnsafeBufferPointer<UInt64>, _ base: UInt64, _ width: Int,
        at target: UnsafeMutableRawPointer
    ) {
        switch width {
        case 0: break
        case 1: narrow(values, base, UInt8.self, at: target)
        case 2: narrow(values, base, UInt16.self, at: target)
        case 4: narrow(values, base, UInt32.self, at: target)
        default: narrow(values, base, UInt64.self, at: target)
        }
    }

    private func narrow<T: FixedWidthInteger & BitwiseCopyable>(
        _ values: UnsafeBufferPointer<UInt64>, _ base: UInt64, _: T.Type,
        at target: UnsafeMutableRawPointer
    ) {
        for index in 0..<values.count {
            target.storeBytes(
                of: T(truncatingIfNeeded: values[index] &- base),
                toByteOffset: index &* MemoryLayout<T>.size, as: T.self)
        }
    }
}
