import Foundation
import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

/// A folder of values computed by PyTorch Geometric, beside the package.
struct ReferenceCase {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/gnn")

    static var areThere: Bool { FileManager.default.fileExists(atPath: folder.path) }

    let config: Value
    let graph: ValueMap
    let weights: [String: Tensor]
    let inputs: [String: Tensor]
    let expected: [String: Tensor]

    init(_ name: String) throws {
        let folder = Self.folder.appendingPathComponent(name)
        func json(_ file: String) throws -> Value {
            try JSONReader.read(utf8: Array(Data(contentsOf: folder.appendingPathComponent(file))))
        }
        func tensors(_ file: String) throws -> [String: Tensor] {
            try Safetensors.read(path: folder.appendingPathComponent(file + ".safetensors").path)
        }
        config = try json("config.json")
        guard case .map(let graph) = try json("graph.json") else { throw Missing.value("graph") }
        self.graph = graph
        weights = try tensors("model")
        inputs = try tensors("inputs")
        expected = try tensors("expected")
    }

    enum Missing: Error { case value(String) }

    var block: MessageBlock {
        get throws {
            guard case .integer(let nodes)? = graph["num_nodes"],
                case .list(let ends)? = graph["edge_index"], ends.count == 2
            else { throw Missing.value("edge_index") }
            var weights: [Float]?
            if case .list(let list)? = graph["edge_weight"] { weights = list.map(Self.float) }
            return MessageBlock(
                nodes: Int(nodes), from: Self.numbers(ends[0]), to: Self.numbers(ends[1]),
                weights: weights, types: graph["edge_type"].map(Self.numbers))
        }
    }

    var neighbourhood: Neighbourhood {
        get throws {
            Neighbourhood(
                try block, features: inputs["x"]?.matrix,
                nodeTypes: graph["node_type"].map(Self.numbers) ?? [])
        }
    }

    func model() throws -> NetworkModel {
        try NetworkModel(NetworkDescription(config), weights: weights)
    }

    static func numbers(_ value: Value) -> [Int32] {
        guard case .list(let list) = value else { return [] }
        return list.map { Int32(float($0)) }
    }

    private static func float(_ value: Value) -> Float {
        switch value {
        case .integer(let number): Float(number)
        case .float(let number): Float(number)
        default: .nan
        }
    }

    /// Two rows of node numbers as pairs.
    static func pairs(_ tensor: Tensor?) throws -> [(Int32, Int32)] {
        guard let numbers = tensor?.integers else { throw Missing.value("pairs") }
        let count = numbers.count / 2
        return (0..<count).map { (Int32(numbers[$0]), Int32(numbers[$0 + count])) }
    }

    /// Within the tolerance that the reference states.
    func expect(
        _ found: [Float], _ name: String, tolerance: Float = 1e-5,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let wanted = try #require(expected[name]?.floats, "\(name)", sourceLocation: sourceLocation)
        try #require(found.count == wanted.count, "\(name)", sourceLocation: sourceLocation)
        let worst = zip(found, wanted).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
        #expect(worst <= tolerance, "\(name)", sourceLocation: sourceLocation)
        #expect(found.allSatisfy { $0.isFinite }, "\(name)", sourceLocation: sourceLocation)
    }
}
