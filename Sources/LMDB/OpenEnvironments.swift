import Foundation
import Synchronization

/// The directories that this process has open, by their real path.
enum OpenEnvironments {
    private static let paths = Mutex<Set<String>>([])

    /// Returns what is to be released.
    static func claim(_ path: String) throws(LMDBError) -> String {
        let key = canonical(path)
        let isNew = paths.withLock { $0.insert(key).inserted }
        if !isNew { throw LMDBError(code: EBUSY, doing: "open \(path) twice in one process") }
        return key
    }

    static func release(_ claim: String) { paths.withLock { _ = $0.remove(claim) } }

    private static func canonical(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
