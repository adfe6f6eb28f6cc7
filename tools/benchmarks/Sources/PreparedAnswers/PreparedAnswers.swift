import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// A Bolt 4.4 server without a database: it answers every statement with the same prepared record.
///
/// What the load generator measures of it is what the kernel, SwiftNIO and the generator itself
/// take of the machine: no server of this make can be faster, whatever its database does. With
/// `--workers` the record comes from another thread, as it must where a statement may wait for the
/// disk or run for long and the connections of its event loop must not wait with it.
@main
struct PreparedAnswers: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepared-answers",
        abstract: "Answer every Bolt statement with the same record: the limit of point reads.")

    @Option(help: "Port to listen on.") var port = 7687
    @Option(help: "Threads that serve connections.") var eventLoops = 2
    @Option(help: "Threads that answer; 0: those that serve connections do.") var workers = 0

    func run() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: eventLoops)
        let workers = workers > 0 ? Workers(threads: workers) : nil
        let listener = try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        PreparedAnswerHandler(workers))
                }
            }
            .bind(host: "127.0.0.1", port: port).wait()
        // Not through a buffer: whoever waits for it reads a file.
        FileHandle.standardOutput.write(Data("ready\n".utf8))
        try listener.closeFuture.wait()
    }
}

/// Looks at nothing but where messages end and what kind they are.
private final class PreparedAnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Tag {
        static let hello: UInt8 = 0x01
        static let pull: UInt8 = 0x3F
    }

    /// The magic number and four proposals of versions.
    private static let handshakeBytes = 20
    private static let version = ByteBuffer(bytes: [0, 0, 4, 4])
    /// SUCCESS {}
    private static let greeting = ByteBuffer(bytes: message([0xB1, 0x70, 0xA0]))
    /// SUCCESS {fields: ["u.age"], t_first: 0}, RECORD [32], SUCCESS {type: "r"}
    private static let answer = ByteBuffer(
        bytes: message(
            [0xB1, 0x70, 0xA2] + text("fields") + [0x91] + text("u.age") + text("t_first") + [0])
            + message([0xB1, 0x71, 0x91, 32])
            + message([0xB1, 0x70, 0xA1] + text("type") + text("r")))

    private static func message(_ bytes: [UInt8]) -> [UInt8] {
        [0, UInt8(bytes.count)] + bytes + [0, 0]
    }

    private static func text(_ text: String) -> [UInt8] {
        [0x80 | UInt8(text.utf8.count)] + text.utf8
    }

    private let workers: Workers?
    private var isGreeted = false
    /// The beginning of a message that has not come as a whole.
    private var rest = ByteBuffer()

    init(_ workers: Workers?) { self.workers = workers }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if rest.readableBytes > 0 {
            rest.writeBuffer(&bytes)
            swap(&rest, &bytes)
            rest.clear()
        }
        if !isGreeted {
            guard bytes.readSlice(length: Self.handshakeBytes) != nil else {
                rest = bytes
                return
            }
            isGreeted = true
            context.write(wrapOutboundOut(Self.version), promise: nil)
        }
        while let tag = nextMessage(&bytes) {
            switch tag {
            case Tag.hello: context.write(wrapOutboundOut(Self.greeting), promise: nil)
            case Tag.pull: answer(context)
            default: break
            }
        }
        if bytes.readableBytes > 0 { rest = bytes }
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    private func answer(_ context: ChannelHandlerContext) {
        guard let workers else {
            return context.write(wrapOutboundOut(Self.answer), promise: nil)
        }
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound((handler: self, context: context), eventLoop: eventLoop)
        workers.submit {
            let answer = Self.answer
            eventLoop.execute {
                let (handler, context) = bound.value
                context.writeAndFlush(handler.wrapOutboundOut(answer), promise: nil)
            }
        }
    }

    /// Takes a message of one chunk: its tag.
    private func nextMessage(_ bytes: inout ByteBuffer) -> UInt8? {
        let start = bytes.readerIndex
        guard let size: UInt16 = bytes.getInteger(at: start),
            bytes.readableBytes >= Int(size) + 4,
            let tag: UInt8 = bytes.getInteger(at: start + 3)
        else { return nil }
        bytes.moveReaderIndex(forwardBy: Int(size) + 4)
        return tag
    }
}
