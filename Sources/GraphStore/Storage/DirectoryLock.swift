import Foundation

/// A lock on a database directory that ends with the process.
///
/// Every open store shares it; a bulk import that is to replace the directory takes it alone. It
/// is an advisory lock (`flock`) on a file beside the data.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32

    static let fileName = "starling.lock"

    /// Never waits. Errors: `unusable` where somebody else holds the lock in the other way, or the
    /// file cannot be made.
    public init(directory: String, exclusive: Bool) throws(StoreError) {
        let path = directory + "/" + Self.fileName
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unusable(
                path: directory,
                reason: "its lock cannot be made: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 else {
            let reason = errno == EWOULDBLOCK ? "it is in use" : String(cString: strerror(errno))
            Foundation.close(descriptor)
            throw .unusable(path: directory, reason: reason)
        }
        // Not before: an init that throws once all is set runs `deinit`, whose second close would
        // be of what another thread has opened meanwhile under the same number.
        self.descriptor = descriptor
    }

    deinit { Foundation.close(descriptor) }
}

/// Makes names durable: a synced file whose directory entry is lost is lost.
enum FileSync {
    static func directory(_ path: String) throws(StoreError) { try sync(path, O_DIRECTORY) }
    static func file(_ path: String) throws(StoreError) { try sync(path, 0) }

    private static func sync(_ path: String, _ flags: Int32) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | flags)
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw .unusable(path: path, reason: "it cannot be synced to disk: \(reason)")
        }
        close(descriptor)
    }
}
