import ArgumentParser
import Bolt
import Starling

/// `--tls-certificate FILE` and `--tls-key FILE`: both, or neither.
struct TLSOptions: ParsableArguments {
    @Option(
        name: .customLong("tls-certificate"),
        help: ArgumentHelp(
            "Accept TLS connections only (bolt+s://, neo4j+s://): the server's certificate in PEM, "
                + "with those behind it that signed it.", valueName: "file"))
    var certificate: String?

    @Option(
        name: .customLong("tls-key"),
        help: ArgumentHelp(
            "The certificate's private key in PEM, without a passphrase.", valueName: "file"))
    var key: String?

    func validate() throws {
        if certificate != nil, key == nil {
            throw ValidationError(
                "--tls-key is missing: name the private key of --tls-certificate.")
        }
        if key != nil, certificate == nil {
            throw ValidationError(
                "--tls-certificate is missing: name the certificate of --tls-key.")
        }
    }

    /// Reads the files; nil where none is named.
    func load() throws(DatabaseError) -> BoltServerTLS? {
        guard let certificate, let key else { return nil }
        return try BoltServerTLS(certificate: certificate, key: key)
    }
}
