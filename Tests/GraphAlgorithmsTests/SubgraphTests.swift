import Foundation
import GraphStore
import LinearAlgebra
import Testing

@testable import GraphAlgorithms

@Suite struct SubgraphTests {
    @Test func arraysAreNumPys() {
        let file = NumPyArray.integers([1, -2, 3], shape: [3])
        let header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"
        #expect(file.prefix(8) == [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0])
        let length = Int(file[8]) | Int(file[9]) << 8
        #expect((10 + length) % 64 == 0)
        #expect(file[10..<10 + header.utf8.count] == ArraySlice(header.utf8))
        #expect(file[10 + length - 1] == UInt8(ascii: "\n"))
        #expect(file.count == 10 + length + 24)
        #expect(file[(10 + length)...].prefix(9) == [1, 0, 0, 0, 0, 0, 0, 0, 0xFE])

        let matrix = NumPyArray.floats([1, 2, 3, 4, 5, 6], shape: [2, 3])
        let text = String(decoding: matrix[10..<128], as: UTF8.self)
        #expect(text.contains("'descr': '<f4'") && text.contains("'shape': (2, 3)"))
        #expect(matrix.suffix(4) == [0, 0, 0xC0, 0x40])
    }

    /// 0 → 1 → 2 → 0, 2 → 3 → 4
    private func fixture() throws -> GraphFixture {
        try GraphFixture(
            nodes: 5, [.init(0, 1), .init(1, 2), .init(2, 0), .init(2, 3), .init(3, 4)])
    }

    private func around(
        _ seeds: [NodeID], _ fixture: GraphFixture, hops: Int, _ lists: [SampledRelation.List],
        isInduced: Bool = false
    ) throws -> Subgraph {
        try fixture.read { view in
            var random = RandomSource(seed: 1)
            return try Subgraph(
                around: seeds, view,
                [.init(lists: lists, fanOuts: Array(repeating: -1, count: hops))],
                isInduced: isInduced, &random)
        }
    }

    @Test func relationshipsAreThereOnce() throws {
        let fixture = try fixture()
        let both = [fixture.outgoing, fixture.incoming]
        let near = try around([0], fixture, hops: 1, both)
        #expect(near.nodes == [0, 1, 2])
        #expect(near.relationships.map(\.id) == [0, 2])
        #expect(near.relationships.map { [$0.start, $0.end] } == [[0, 1], [2, 0]])
        let induced = try around([0], fixture, hops: 1, both, isInduced: true)
        #expect(induced.relationships.map(\.id) == [0, 1, 2])
        let far = try around([0], fixture, hops: 2, both)
        #expect(Set(far.nodes) == [0, 1, 2, 3])
        #expect(far.relationships.map(\.id) == [0, 1, 2, 3])
    }

    @Test func filesHoldTheSubgraph() throws {
        let fixture = try fixture()
        let subgraph = try around([0], fixture, hops: 1, [fixture.outgoing])
        try fixture.read { view in
            let features = Matrix(rows: 2, columns: 2, [1, 2, 3, 4.5])
            let files = subgraph.numPyFiles(features: features, view)
            #expect(
                files.map(\.name) == [
                    "edge_index.npy", "edge_id.npy", "edge_type.npy", "node_id.npy",
                    "edge_types.csv", "x.npy",
                ])
            #expect(files[0].bytes.suffix(16) == [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
            #expect(String(decoding: files[4].bytes, as: UTF8.self) == "edge_type,name\n0,E\n")
            let csv = subgraph.csvFiles(features: features, view)
            #expect(
                csv.map { String(decoding: $0.bytes, as: UTF8.self) } == [
                    "node,id,x0,x1\n0,0,1.0,2.0\n1,1,3.0,4.5\n",
                    "source,target,id,type\n0,1,0,E\n",
                ])
        }
    }
}
