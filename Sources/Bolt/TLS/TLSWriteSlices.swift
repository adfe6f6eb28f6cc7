import NIOCore

/// Hands large writes to TLS in pieces.
///
/// The handler that encrypts keeps, for as long as its connection lives, a buffer of the size of the
/// largest flush: pools of idle connections would hold megabytes each.
final class TLSWriteSlices: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Four full TLS records. Buffers grow by doubling, so up to twice as much is kept.
    static let pieceBytes = 64 << 10

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        var bytes = unwrapOutboundIn(data)
        while bytes.readableBytes > Self.pieceBytes,
            let piece = bytes.readSlice(length: Self.pieceBytes)
        {
            context.writeAndFlush(wrapOutboundOut(piece), promise: nil)
        }
        context.write(wrapOutboundOut(bytes), promise: promise)
    }
}
