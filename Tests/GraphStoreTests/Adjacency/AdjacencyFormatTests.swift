import LMDB
import Testing

@testable import GraphStore

@Suite struct AdjacencyFormatTests {
    private func roundTrip(_ entries: [(UInt64, UInt64)], _ place: ChunkEncoder.Place) throws
        -> [UInt8]
    {
        let buffer = EntryBuffer()
        for (neighbour, relationship) in entries { buffer.append(neighbour, relationship) }
        let encoder = ChunkEncoder(limits: .standard)
        #expect(encoder.fitting(buffer[0..<buffer.count]) == entries.count)
        var bytes = [UInt8](repeating: 0xAA, count: AdjacencyLimits.standard.chunkBytes)
        let used = bytes.withUnsafeMutableBytes {
            encoder.encode(buffer[0..<buffer.count], place, into: $0.baseAddress!)
        }
        bytes.removeLast(bytes.count - used)
        return bytes
    }

    private func expectDecoded(_ bytes: [UInt8], _ entries: [(UInt64, UInt64)]) throws {
        // An odd address: pages do not align values.
        let unaligned = [0] + bytes
        try unaligned.withUnsafeBytes { memory in
            let chunk = try #require(Chunk(UnsafeRawBufferPointer(rebasing: memory[1...])))
            #expect(chunk.count == entries.count)
            let decoded = EntryBuffer(capacity: 1)
            decoded.append(chunk)
            for (index, entry) in entries.enumerated() {
                #expect(chunk.neighbours[index] == entry.0)
                #expect(chunk.relationships[index] == entry.1)
                #expect(decoded.neighbours[index] == entry.0)
                #expect(decoded.relationships[index] == entry.1)
                #expect(chunk.lowerBound(entry.0, entry.1) == index)
            }
        }
    }

    @Test(arguments: [0, 1, 255, 256, 65_535, 65_536, 1 << 32, 1 << 60] as [UInt64])
    func widthsRoundTrip(step: UInt64) throws {
        for count in [1, 2, 7] as [UInt64] {
            let entries = (0..<count).map { ($0 * step, 1_000 + ($0 * 7 % 5) * step + $0) }
            let sorted = entries.sorted { $0 < $1 }
            try expectDecoded(try roundTrip(sorted, .whole), sorted)
            try expectDecoded(try roundTrip(sorted, .first(degree: 99)), sorted)
            try expectDecoded(try roundTrip(sorted, .later), sorted)
        }
    }

    @Test func extremesFit() throws {
        let entries: [(UInt64, UInt64)] = [(0, .max - 1), (.max - 1, 0)]
        try expectDecoded(try roundTrip(entries, .whole), entries)
    }

    @Test func chunksStayWithinTheirBound() {
        var random = SeededGenerator(seed: 5)
        let encoder = ChunkEncoder(limits: .standard)
        for bits in [1, 8, 9, 16, 20, 33, 64] as [UInt64] {
            let buffer = EntryBuffer()
            let values = (0..<3_000).map { _ in random.next() >> (64 - bits) }.sorted()
            for (index, value) in values.enumerated() {
                buffer.append(value, UInt64(index) * 3)
            }
            let count = encoder.fitting(buffer[0..<buffer.count])
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            let used = bytes.withUnsafeMutableBytes {
                encoder.encode(buffer[0..<count], .first(degree: 1), into: $0.baseAddress!)
            }
            #expect(used <= AdjacencyLimits.standard.chunkBytes)
            #expect(used > AdjacencyLimits.standard.chunkBytes * 9 / 10 || count == 2_048)
        }
    }

    @Test func damagedChunksAreRefused() throws {
        let good = try roundTrip([(1, 2), (3, 4)], .whole)
        for cut in 0..<good.count {
            Array(good[..<cut]).withUnsafeBytes { #expect(Chunk($0) == nil) }
        }
        var wide = good
        wide[2] = 0x35
        wide.withUnsafeBytes { #expect(Chunk($0) == nil) }
    }

    @Test func checkFindsDamage() throws {
        let fixture = try AdjacencyFixture(.tiny)
        try fixture.write { changes, _ in
            for id in 0..<12 as Range<UInt64> {
                try changes.insert(id, type: 1, start: 1, end: id)
            }
        }
        while try fixture.merge() {}
        #expect(try fixture.findings() == [])
        let transaction = try fixture.environment.beginWrite()
        let cursor = try transaction.cursor(fixture.store.chunks)
        #expect(cursor.last())
        try cursor.deleteCurrent()
        try transaction.commit()
        let findings = try fixture.findings()
        #expect(findings.contains { $0.contains("relationship 11 is missing at 11") })
    }

    @Test func nestedListsMayBeReadWhileOneIsLent() throws {
        let fixture = try AdjacencyFixture(.tiny)
        try fixture.write { changes, _ in
            for id in 0..<20 as Range<UInt64> {
                try changes.insert(id, type: 0, start: id % 4, end: (id * 7) % 4)
            }
        }
        while try fixture.merge() {}
        try fixture.read { snapshot in
            let reader = snapshot.reader(0, .outgoing)
            var paths = 0
            var expected = 0
            for node in 0..<4 as Range<UInt64> {
                for entry in reader.list(node) { expected += reader.degree(entry.neighbour) }
                reader.forEachRun(of: node) { neighbours, _ in
                    for neighbour in neighbours {
                        reader.forEachRun(of: neighbour) { runs, _ in paths += runs.count }
                    }
                }
            }
            #expect(paths == expected)
        }
    }
}
