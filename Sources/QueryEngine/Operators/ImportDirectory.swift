import Foundation
import Values

/// The one directory whose files LOAD CSV may read and procedures may write, links resolved.
public struct ImportDirectory {
    private let path: String?

    public init(path: String?) { self.path = path }

    /// The path of a `file:` address or of a name relative to the directory. Whatever leads out of
    /// it is an error: `..`, absolute paths, links.
    public func path(of address: String) throws(QueryError) -> String {
        guard let directory = path else {
            throw QueryError(
                .externalResource, "LOAD CSV is switched off: no import directory is configured.")
        }
        var name = Substring(address)
        if address.hasPrefix("file://") {
            name = address.dropFirst("file://".count)
        } else if address.contains("://") {
            throw QueryError(
                .externalResource, "LOAD CSV reads files of the import directory, not \(address).")
        }
        let decoded = String(name).removingPercentEncoding ?? String(name)
        guard let root = resolved(directory) else {
            throw QueryError(.externalResource, "The import directory cannot be read.")
        }
        guard let file = resolved(root + "/" + decoded) else {
            throw QueryError(.externalResource, "There is no file \(address) to import.")
        }
        guard file.utf8.starts(with: (root == "/" ? root : root + "/").utf8) else {
            throw QueryError(
                .externalResource, "\(address) is not inside the import directory.")
        }
        guard isFile(file) else {
            throw QueryError(.externalResource, "\(address) is not a file.")
        }
        return file
    }

    /// A folder has no records, and a pipe may never have any.
    private func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private func resolved(_ path: String) -> String? {
        // The operating system would take the path to end there.
        if path.utf8.contains(0) { return nil }
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }

    /// Writes files into a directory inside this one, which is made where it is missing, or with nil
    /// into this one itself; files of the same names are replaced, each at once. Returns the
    /// directory's path.
    ///
    /// Errors: `name` leads out of this directory; the operating system's.
    public func write(_ files: [(name: String, bytes: [UInt8])], into name: String?)
        throws(QueryError) -> String
    {
        let directory = try makeDirectory(name)
        for file in files {
            // A new file takes the old one's name: a link that stands there is not followed.
            let temporary = directory + "/.\(file.name).new"
            unlink(temporary)
            let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o644)
            guard descriptor >= 0 else { throw Self.failure("create", file.name) }
            let isWritten = writeAll(file.bytes, to: descriptor)
            close(descriptor)
            guard isWritten, rename(temporary, directory + "/" + file.name) == 0 else {
                unlink(temporary)
                throw Self.failure("write", file.name)
            }
        }
        return directory
    }

    private func makeDirectory(_ name: String?) throws(QueryError) -> String {
        guard let path, let root = resolved(path) else {
            throw QueryError(
                .externalResource,
                "Writing files is switched off: no import directory is configured.")
        }
        guard let name else { return root }
        var directory = root
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        for part in parts {
            guard !part.isEmpty, part != ".", part != "..", !part.utf8.contains(0) else {
                throw QueryError(
                    .externalResource, "`\(name)` is no directory inside the import directory.")
            }
            directory += "/" + part
            guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw Self.failure("make", name)
            }
            guard let real = resolved(directory), real.hasSameBytes(as: directory) else {
                throw QueryError(
                    .externalResource, "`\(name)` is no directory inside the import directory.")
            }
        }
        return directory
    }

    private static func failure(_ what: String, _ name: String) -> QueryError {
        QueryError(
            .externalResource, "Could not \(what) \(name): \(String(cString: strerror(errno))).")
    }
}

/// False where the operating system refuses.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
        var done = 0
        while done < bytes.count, let start = bytes.baseAddress {
            let count = write(descriptor, start + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return false }
            done += count
        }
        return true
    }
}
