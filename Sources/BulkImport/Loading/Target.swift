import Foundation
import GraphStore

/// Where an import goes: built beside the target's place, synced, then renamed to it. Until the
/// rename the target is what it was.
struct Target {
    let path: String
    let buildPath: String
    /// On the database that is replaced, so that nobody opens it meanwhile.
    private var lock: DirectoryLock?

    /// Refuses a target that is there (unless it may be replaced) or in use.
    init(_ path: String, overwrite: Bool) throws(ImportError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        buildPath = self.path + ".importing"
        let files = FileManager.default
        if files.fileExists(atPath: self.path), !isEmptyDirectory(self.path) {
            guard overwrite else {
                throw ImportError(
                    "\(path) exists already: import into a new directory, or replace it with "
                        + "--overwrite")
            }
            guard files.fileExists(atPath: self.path + "/data.mdb") else {
                throw ImportError(
                    "\(path) holds something that is not a database; --overwrite replaces "
                        + "databases only")
            }
            do throws(StoreError) {
                lock = try DirectoryLock(directory: self.path, exclusive: true)
            } catch {
                throw ImportError(
                    "\(path) is in use by another process: stop it before replacing the database")
            }
        }
        do {
            if files.fileExists(atPath: buildPath) { try files.removeItem(atPath: buildPath) }
            let parent = (self.path as NSString).deletingLastPathComponent
            if !parent.isEmpty {
                try files.createDirectory(atPath: parent, withIntermediateDirectories: true)
            }
        } catch {
            throw ImportError("cannot build beside \(path): \(error.localizedDescription)")
        }
    }

    /// Puts the built database in its place. It is complete on disk before, and so is the rename
    /// after.
    func publish() throws(ImportError) {
        let old = path + ".replaced"
        try? FileManager.default.removeItem(atPath: old)
        let hadOld = FileManager.default.fileExists(atPath: path)
        if hadOld, rename(path, old) != 0 { throw failure("move the old database away") }
        guard rename(buildPath, path) == 0 else {
            let error = failure("rename the new database")
            if hadOld { rename(old, path) }
            throw error
        }
        try syncParent()
        if hadOld { try? FileManager.default.removeItem(atPath: old) }
    }

    /// Removes what was built so far.
    func abandon() { try? FileManager.default.removeItem(atPath: buildPath) }

    private func syncParent() throws(ImportError) {
        let parent = (path as NSString).deletingLastPathComponent
        let descriptor = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw failure("open the directory above \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync the directory above \(path)") }
    }

    private func failure(_ doing: String) -> ImportError {
        ImportError("could not \(doing): \(String(cString: strerror(errno)))")
    }
}

private func isEmptyDirectory(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path).isEmpty) ?? false
}
