import Glibc
import NIOCore

/// Writes a connection's small answers straight to its socket.
///
/// On its way through the channel an answer of a hundred bytes passes through a queue, its promises
/// and the channel's state, which together take as long as the system does to send it: a quarter of
/// what a read of one node costs. So it is sent here as long as nothing is in that queue. What the
/// socket does not take goes there, and so does all that follows until the queue is empty again.
///
/// The socket is the channel's: it is neither closed nor changed here, and forgotten when the channel
/// says that it is gone, which it does within the call that closes it. Used on the channel's event
/// loop, with nothing in the pipeline that changes the bytes on their way.
struct SmallWrites {
    /// Larger answers gain nothing.
    static let mostBytes = 16 << 10

    private var socket: NIOBSDSocket.Handle?
    /// Writes that are in the channel's queue.
    private var queued = 0

    /// Before the channel is active: nothing is written here.
    init() { socket = nil }

    /// For a channel that is active; where it has no socket, as in tests, nothing is written here.
    init(_ context: ChannelHandlerContext) {
        socket = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable { $0 }
    }

    /// How many of the bytes have been sent, from the first on: all, or what there was room for. The
    /// others are to be given to the channel, which also meets what is wrong with the connection.
    func send(_ bytes: [UInt8]) -> Int {
        guard let socket, queued == 0, bytes.count <= Self.mostBytes else { return 0 }
        let sent = bytes.withUnsafeBytes {
            Glibc.send(socket, $0.baseAddress, $0.count, Self.flags)
        }
        return max(0, sent)
    }

    /// To be called when the channel is gone.
    mutating func stop() { socket = nil }

    private static let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)

    /// Whether all that was written has been sent.
    var isQueueEmpty: Bool { queued == 0 }

    /// A write has been given to the channel.
    mutating func queue() { queued += 1 }

    /// It is sent, or never will be.
    mutating func leftQueue() { queued -= 1 }
}
