import Starling

/// Bytes to a server and back; calls wait. One thread reads at a time, any may write.
protocol ClientTransport: Sendable {
    func write(_ bytes: [UInt8]) throws(DatabaseError)
    /// What has come, at least one byte.
    func read() throws(DatabaseError) -> [UInt8]
    /// Ends the connection; a call that waits fails.
    func close()
}

/// How a client's bytes travel.
public enum ClientEncryption: Sendable {
    /// In the clear.
    case none
    /// By TLS, with a certificate that the system trusts, made for the host's name or address.
    case verified
    /// By TLS, with any certificate: safe from those who listen, not from those who pretend.
    case unverified
}
