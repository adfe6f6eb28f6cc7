import NIOCore
import Testing
import Values

@testable import Bolt

@Suite struct HandshakeTests {
    private func answer(_ bytes: [UInt8]) -> Handshake.Step {
        var handshake = Handshake()
        var buffer = ByteBuffer(bytes: bytes)
        return handshake.advance(&buffer)
    }

    private let magic: [UInt8] = [0x60, 0x60, 0xB0, 0x17]
    private let none: [UInt8] = [0, 0, 0, 0]

    private func agreed(_ minor: UInt8, _ major: UInt8) -> Handshake.Step {
        .agreed(BoltVersion(major, minor), reply: ByteBuffer(bytes: [0, 0, minor, major]))
    }

    @Test func theFirstProposalThatIsKnownWins() {
        #expect(answer(magic + [0, 8, 8, 5] + [0, 2, 4, 4] + none + none) == agreed(8, 5))
        #expect(
            answer(magic + [0, 0, 0, 7] + [0, 2, 4, 4] + [0, 0, 0, 5] + none) == agreed(4, 4))
        #expect(answer(magic + [0, 0, 0, 6] + none + none + none) == agreed(0, 6))
        #expect(answer(magic + [0, 0, 0, 5] + none + none + none) == agreed(0, 5))
    }

    @Test func rangesMeetInTheirNewestCommonVersion() {
        #expect(answer(magic + [0, 12, 12, 5] + none + none + none) == agreed(8, 5))
        #expect(answer(magic + [0, 9, 3, 5] + none + none + none) == agreed(3, 5))
        #expect(answer(magic + [0, 2, 11, 5] + [0, 0, 4, 4] + none + none) == agreed(4, 4))
    }

    @Test func unknownVersionsGetZeros() {
        guard case .refused(let reply, _) = answer(magic + [0, 0, 0, 3] + none + none + none) else {
            Issue.record("an old version is taken")
            return
        }
        #expect(reply == ByteBuffer(bytes: none))
    }

    @Test func aBrowserIsToldWhatThisIs() {
        guard case .refused(let reply, _) = answer(Array("GET / HTTP/1.1\r\n\r\n".utf8)) else {
            Issue.record("HTTP is taken")
            return
        }
        let text = String(buffer: reply)
        #expect(text.hasPrefix("HTTP/1.1 400 "))
        #expect(text.contains("bolt://"))
    }

    @Test func otherBytesAreRefusedAndFewerAwaited() {
        guard case .refused = answer([1, 2, 3, 4]) else {
            Issue.record("anything is taken")
            return
        }
        #expect(answer([0x60, 0x60]) == .needsMoreBytes)
        #expect(answer(magic + [0, 8]) == .needsMoreBytes)
    }

    @Test func aManifestIsOfferedAndAChoiceTaken() {
        var handshake = Handshake()
        var bytes = ByteBuffer(bytes: magic + [0, 0, 1, 0xFF] + [0, 8, 8, 5] + none + none)
        let offer: [UInt8] =
            [0, 0, 1, 0xFF, 3] + [0, 0, 0, 6] + [0, 8, 8, 5] + [0, 0, 4, 4] + [0]
        #expect(handshake.advance(&bytes) == .reply(ByteBuffer(bytes: offer)))
        #expect(handshake.advance(&bytes) == .needsMoreBytes)
        bytes.writeBytes([0, 0, 7, 5])
        #expect(handshake.advance(&bytes) == .needsMoreBytes)
        bytes.writeBytes([0x80, 0x00, 0xAA])
        #expect(
            handshake.advance(&bytes) == .agreed(BoltVersion(5, 7), reply: ByteBuffer()))
        #expect(bytes.readableBytes == 1)
    }

    @Test(arguments: [
        [0, 0, 9, 5, 0], [0, 1, 8, 5, 0], [0, 0, 0, 6] + Array(repeating: 0x80, count: 10),
    ])
    func aChoiceThatWasNotOfferedIsRefused(choice: [UInt8]) {
        var handshake = Handshake()
        var bytes = ByteBuffer(bytes: magic + [0, 0, 1, 0xFF] + none + none + none + choice)
        _ = handshake.advance(&bytes)
        guard case .refused = handshake.advance(&bytes) else {
            Issue.record("\(choice) is taken")
            return
        }
    }
}

@Suite struct ChunkingTests {
    @Test(arguments: [0, 1, 65_530, 65_531, 65_532, 65_533, 131_072, 200_000])
    func messagesOfAnySizeComeBackWhole(size: Int) throws {
        let text = Value.string(String(repeating: "x", count: size))
        var random = SeededGenerator(seed: UInt64(size))
        var stream: [UInt8] = []
        for _ in 0..<3 {
            stream += [0, 0]
            stream += try message(0x10, [text, .integer(1)])
        }
        let expected = try [0xB2, 0x10] + packed(text) + [1]
        var assembler = MessageAssembler(limit: 1 << 20)
        var messages = 0
        while !stream.isEmpty {
            let piece = min(Int.random(in: 1...9_000, using: &random), stream.count)
            assembler.append(stream.prefix(piece))
            stream.removeFirst(piece)
            while let whole = try assembler.next() {
                #expect(Array(whole) == expected)
                messages += 1
            }
        }
        #expect(messages == 3)
    }

    @Test func messagesBeyondTheLimitAreRefusedBeforeTheyAreThere() {
        var assembler = MessageAssembler(limit: 10)
        assembler.append([0, 6, 1, 2, 3, 4, 5, 6, 0, 5])
        #expect(throws: MessageAssembler.MessageTooLarge.self) { try assembler.next() }
    }

    @Test func whatFailsToEncodeLeavesNothing() throws {
        var encoder = PackStreamEncoder(dialect: .modern)
        try encoder.write(.ignored, version: BoltVersion(5, 0))
        let before = encoder.bytes
        #expect(throws: PackStreamError.unmaterialisedReference) {
            try encoder.writeMessage { try $0.write(.list([.integer(1), .nodeReference(1)])) }
        }
        #expect(encoder.bytes == before)
    }
}
