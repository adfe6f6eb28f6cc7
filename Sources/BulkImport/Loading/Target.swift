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
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        buildPath = path + ".importing"
        try takeOver(overwrite: overwrite)
        try clearBuild()
    }

    private mutating func takeOver(overwrite: Bool) throws(ImportError) {
        let files = FileManager.default
        guard files.fileExists(atPath: path), !isEmptyDirectory(path) else { return }
        guard overwrite else {
            throw ImportError(
                "\(path) exists already: import into a new directory, or replace it with "
                    + "--overwrite")
        }
        guard files.fileExists(atPath: path + "/data.mdb") else {
            throw ImportError(
                "\(path) holds something that is not a database; --overwrite replaces "
                    + "databases only")
        }
        do throws(StoreError) {
            lock = try DirectoryLock(directory: path, exclusive: true)
        } catch {
            throw ImportError(
                "\(path) is in use: stop who uses it before replacing the database "
                    + "(\(ImportError(error).reason))")
        }
    }

    /// Removes what an import that was killed has left, but not what a running one builds.
    private func clearBuild() throws(ImportError) {
        let files = FileManager.default
        if files.fileExists(atPath: buildPath) {
            do throws(StoreError) {
                _ = try DirectoryLock(directory: buildPath, exclusive: true)
            } catch {
                throw ImportError(
                    "another import into \(path) is running: it builds in \(buildPath)")
            }
        }
        do {
            if files.fileExists(atPath: buildPath) { try files.removeItem(atPath: buildPath) }
            let parent = (path as NSString).deletingLastPathComponent
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
        if FileManager.default.fileExists(atPath: path) {
            try replace()
        } else if rename(buildPath, path) != 0 {
            throw failure("rename the new database")
        }
        try syncParent()
        abandon()
    }

    /// The old and the new database change places in one step, so that there is always one at
    /// `path`; where the file system cannot do that, in two.
    private func replace() throws(ImportError) {
        if exchange(buildPath, path) { return }
        let old = path + ".replaced"
        try? FileManager.default.removeItem(atPath: old)
        guard rename(path, old) == 0 else { throw failure("move the old database away") }
        guard rename(buildPath, path) == 0 else {
            let error = failure("rename the new database")
            rename(old, path)
            throw error
        }
        try? FileManager.default.removeItem(atPath: old)
    }

    /// Removes what stands at the place of building: an unfinished database, or the old one.
    func abandon() { try? FileManager.default.removeItem(atPath: buildPath) }

    private func syncParent() throws(ImportError) {
        let parent = (path as NSString).deletingLastPathComponent
        let descriptor = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open the directory above \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("sync the directory above \(path)") }
    }

    private func failure(_ doing: String) -> ImportError {
        ImportError("could not \(doing): \(String(cString: strerror(errno)))")
    }
}

/// Lets two names change places at once; false where that cannot be done here. Linux has a call for
/// it, which the C library's module does not show to Swift.
private func exchange(_ one: String, _ other: String) -> Bool {
    typealias RenameAt2 =
        @convention(c) (
            Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32
        ) -> Int32
    guard let symbol = dlsym(nil, "renameat2") else { return false }
    let renameAt2 = unsafeBitCast(symbol, to: RenameAt2.self)
    let renameExchange: UInt32 = 2
    return renameAt2(AT_FDCWD, one, AT_FDCWD, other, renameExchange) == 0
}

private func isEmptyDirectory(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: path).isEmpty) ?? false
}
