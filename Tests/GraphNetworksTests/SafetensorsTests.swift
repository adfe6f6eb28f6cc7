import LinearAlgebra
import Testing

@testable import GraphNetworks

@Suite struct SafetensorsTests {
    private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
        let text = Array(header.utf8)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
    }

    private func read(_ bytes: [UInt8]) throws(NetworkError) -> [String: Tensor] {
        let result: Result<[String: Tensor], NetworkError> = bytes.withUnsafeBytes { bytes in
            do throws(NetworkError) { return .success(try Safetensors.read(bytes)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private let tensors: [String: Tensor] = [
        "b": Tensor(shape: [2, 3], [1, -2, 3.5, 0, .infinity, 1e-30]),
        "a.weight": Tensor(shape: [], [7]),
        "numbers": Tensor(shape: [3], integers: [.min, 0, .max]),
        "nothing": Tensor(shape: [0, 4], []),
    ]

    @Test func writtenTensorsAreRead() throws {
        #expect(try read(Safetensors.write(tensors)) == tensors)
        #expect(try read(Safetensors.write([:])).isEmpty)
    }

    @Test func otherTypesAreWidened() throws {
        let header = """
            {"__metadata__":{"format":"pt"},"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},\
            "b":{"dtype":"BF16","shape":[2],"data_offsets":[8,12]},\
            "d":{"dtype":"F64","shape":[1],"data_offsets":[12,20]},\
            "i":{"dtype":"I32","shape":[1],"data_offsets":[20,24]}}
            """
        let data: [UInt8] = [
            0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0x00, 0x7C, 0x80, 0x3F, 0x20, 0xC0,
            0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0xFE, 0xFF, 0xFF, 0xFF,
        ]
        let found = try read(file(header, data: data))
        #expect(found["h"]?.floats == [1, -2, 0x1p-24, .infinity])
        #expect(found["b"]?.floats == [1, -2.5])
        #expect(found["d"]?.floats == [0.5])
        #expect(found["i"]?.integers == [-2])
    }

    @Test(arguments: [
        "", "{", "[]", "{\"a\":1}",
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
        #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,0]}}"#,
        #"{"a":{"dtype":"F32","shape":[4000000000,4000000000,4000000000],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#,
        #"{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,4]}}"#,
        #"{"a":{"dtype":"F32","shape":"x","data_offsets":[0,4]}}"#,
    ])
    func wrongHeadersAreErrors(_ header: String) {
        #expect(throws: NetworkError.self) { try read(file(header, data: [0, 0, 0, 0])) }
    }

    @Test func overlapsAndGapsAreErrors() {
        let overlap = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},\
            "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}
            """
        #expect(throws: NetworkError.self) {
            try read(file(overlap, data: Array(repeating: 0, count: 8)))
        }
        let short = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
        #expect(throws: NetworkError.self) {
            try read(file(short, data: Array(repeating: 0, count: 8)))
        }
        #expect(throws: NetworkError.self) { try read([1, 2, 3]) }
        #expect(throws: NetworkError.self) { try read(Array(repeating: 0xFF, count: 64)) }
    }

    /// Damaged files are read or refused; nothing traps.
    @Test func damagedFilesDoNotTrap() {
        let whole = Safetensors.write(tensors)
        var random = RandomSource(seed: 3)
        for _ in 0..<2_000 {
            var bytes = whole
            for _ in 0..<1 + random.next(below: 4) {
                switch random.next(below: 3) {
                case 0: bytes[random.next(below: bytes.count)] = UInt8(random.next(below: 256))
                case 1: bytes.remove(at: random.next(below: bytes.count))
                default:
                    let digits = Array("0123456789-,[]{}\"".utf8)
                    bytes.insert(
                        digits[random.next(below: digits.count)],
                        at: random.next(below: bytes.count))
                }
            }
            _ = try? read(bytes)
        }
    }
}
