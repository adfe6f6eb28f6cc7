import NIOSSL

/// What the TLS library says of an error, without the place in its sources that said it.
enum TLSFailure {
    /// The library's word for the reason, such as `WRONG_VERSION_NUMBER`.
    static func word(_ error: any Error) -> String {
        let cause: BoringSSLError
        switch error {
        case NIOSSLError.handshakeFailed(let inner), NIOSSLError.shutdownFailed(let inner):
            cause = inner
        case let error as BoringSSLError: cause = error
        default: return "\(error)"
        }
        let stack: NIOBoringSSLErrorStack
        switch cause {
        case .sslError(let all), .unknownError(let all): stack = all
        default: return "\(cause)"
        }
        guard let first = stack.first else { return "\(cause)" }
        // `Error: 268435703 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at …`
        let text = "\(first)".split(separator: " at ", maxSplits: 1).first ?? ""
        return text.split(separator: ":").last.map(String.init) ?? "\(first)"
    }

    /// Whether the other side went away before the handshake was over.
    static func isEnd(_ error: any Error) -> Bool {
        switch error {
        case NIOSSLError.handshakeFailed(.sslError(let stack)): stack.contains(.eofDuringHandshake)
        default: false
        }
    }
}
