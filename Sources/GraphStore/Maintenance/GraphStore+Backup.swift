import Foundation
internal import LMDB

extension GraphStore {
    /// Writes a consistent, compacted copy of the last commit into `target`, while others read and
    /// write. The copy is synced to disk when this returns.
    ///
    /// Errors: `unusable` where the target is there and not an empty directory; what a failed copy
    /// has left behind is removed.
    public func backup(to target: String) throws(StoreError) {
        let core = try core()
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: target, withIntermediateDirectories: true)
            guard try files.contentsOfDirectory(atPath: target).isEmpty else {
                throw StoreError.unusable(path: target, reason: "it is not empty")
            }
        } catch let error as StoreError { throw error } catch {
            throw .unusable(path: target, reason: "it cannot be made: \(error)")
        }
        let copy = target + "/data.mdb"
        do throws(StoreError) {
            try lmdb { () throws(LMDBError) in try core.environment.copy(to: target) }
            try FileSync.file(copy)
            try FileSync.directory(target)
            try FileSync.directory(target + "/..")
        } catch {
            try? files.removeItem(atPath: copy)
            throw error
        }
    }
}
