internal import CLMDB
import Foundation
import Synchronization

/// # LMDB
///
/// A thin, thread-checked door to Lightning Memory-Mapped Database: environments, transactions,
/// named databases and cursors over raw bytes. It knows no graphs.
///
/// LMDB's rules that this room keeps so that nobody above has to remember them:
///
/// - The map is opened at its full size (1 TiB, sparse) and never resized: resizing under a reader
///   ends in SIGBUS.
/// - Readers are not tied to threads (`MDB_NOTLS`), so a result may be read on one thread and
///   closed on another; one reader is still used by one thread at a time.
/// - A write transaction belongs to the thread that began it. Beginning, using and ending it on
///   any other is a programming error and traps.
/// - One environment is opened once per process: twice succeeds and breaks locks later, so a
///   second attempt throws.
/// - After any failed put the transaction can only be aborted.
public final class Environment: @unchecked Sendable {
    // `env` is set once and LMDB's environment handle is safe to share between threads.
    @usableFromInline let env: OpaquePointer
    public let path: String
    /// The path as it was claimed: the directory may be renamed while it is open.
    private let claim: String
    /// Handles of readers that have ended, by their addresses: pointers may not leave a lock.
    private let idleReaders = Mutex<[UInt]>([])
    /// Each keeps one of the environment's slots.
    private static let mostIdleReaders = 32

    /// Address space reserved for the map. Sparse: it costs nothing until it is written.
    public static let mapBytes = 1 << 40
    /// Readers that may be open at once, over all processes.
    public static let maximumReaders: UInt32 = 1024
    public static let maximumDatabases: UInt32 = 64

    /// Opens or creates the environment in the directory `path`, which must exist.
    ///
    /// Errors: ``LMDBError`` with the file and the operating system's reason.
    public init(path: String, readOnly: Bool = false, syncOnCommit: Bool = true)
        throws(LMDBError)
    {
        let claim = try OpenEnvironments.claim(path)
        var handle: OpaquePointer?
        do throws(LMDBError) {
            try check(mdb_env_create(&handle), "create an environment")
            guard let handle else { throw LMDBError(code: ENOMEM, doing: "create an environment") }
            try check(mdb_env_set_mapsize(handle, Self.mapBytes), "set the map's size")
            try check(mdb_env_set_maxreaders(handle, Self.maximumReaders), "set the readers")
            try check(mdb_env_set_maxdbs(handle, Self.maximumDatabases), "set the databases")
            var flags = UInt32(MDB_NOTLS)
            if readOnly { flags |= UInt32(MDB_RDONLY) }
            if !syncOnCommit { flags |= UInt32(MDB_NOSYNC) }
            try check(mdb_env_open(handle, path, flags, 0o600), "open \(path)")
            var dead: Int32 = 0
            mdb_reader_check(handle, &dead)
            env = handle
        } catch {
            if let handle { mdb_env_close(handle) }
            OpenEnvironments.release(claim)
            throw error
        }
        self.path = path
        self.claim = claim
    }

    deinit {
        while let reader = takeIdleReader() { mdb_txn_abort(reader) }
        mdb_env_close(env)
        OpenEnvironments.release(claim)
    }

    /// Begins a snapshot. About 40 ns; may be used on any one thread at a time.
    public func beginRead() throws(LMDBError) -> Transaction {
        try Transaction(environment: self, parent: nil, writable: false)
    }

    /// A handle of a reader that has ended, to be renewed: a new one is cleared memory of some
    /// kilobytes and a search for a slot.
    func takeIdleReader() -> OpaquePointer? {
        idleReaders.withLock { $0.popLast() }.flatMap(OpaquePointer.init(bitPattern:))
    }

    /// Ends a reader. Its snapshot is given back; its handle is kept, if there are not too many.
    func end(reader: OpaquePointer) {
        mdb_txn_reset(reader)
        let address = UInt(bitPattern: reader)
        let isKept = idleReaders.withLock { idle in
            guard idle.count < Self.mostIdleReaders else { return false }
            idle.append(address)
            return true
        }
        if !isKept { mdb_txn_abort(reader) }
    }

    /// Begins the one write transaction, waiting for other processes' writers. The calling thread
    /// must use and end it.
    public func beginWrite() throws(LMDBError) -> Transaction {
        try Transaction(environment: self, parent: nil, writable: true)
    }

    /// Flushes the file to disk: needed only where the environment does not sync on commit.
    public func sync() throws(LMDBError) { try check(mdb_env_sync(env, 1), "sync \(path)") }

    /// Writes a consistent, compacted copy into an existing empty directory. Safe under writes.
    public func copy(to directory: String) throws(LMDBError) {
        try check(
            mdb_env_copy2(env, directory, UInt32(MDB_CP_COMPACT)), "copy \(path) to \(directory)")
    }

    /// The id of the last committed transaction, as a new reader would see it.
    public var lastTransactionID: UInt64 {
        var info = MDB_envinfo()
        mdb_env_info(env, &info)
        return UInt64(info.me_last_txnid)
    }

    /// The oldest snapshot that a reader of any process holds: LMDB reuses no page that it sees.
    public var oldestReader: UInt64? {
        // LMDB lists its readers as text only: a heading, then a line each of process, thread and
        // transaction, with "-" for a slot that holds no snapshot.
        final class Oldest { var id: UInt64? }
        let oldest = Oldest()
        _ = mdb_reader_list(
            env,
            { line, context in
                guard let line, let context else { return 0 }
                let oldest = Unmanaged<Oldest>.fromOpaque(context).takeUnretainedValue()
                let fields = String(cString: line).split(whereSeparator: \.isWhitespace)
                if fields.count == 3, let id = UInt64(fields[2]) {
                    oldest.id = min(oldest.id ?? id, id)
                }
                return 0
            }, Unmanaged.passUnretained(oldest).toOpaque())
        return oldest.id
    }

    /// Reader slots that were taken so far, over all processes (LMDB reuses them and counts no
    /// lower), and bytes of the file in use.
    public var usage: (readers: Int, fileBytes: Int) {
        var info = MDB_envinfo()
        mdb_env_info(env, &info)
        var stat = MDB_stat()
        mdb_env_stat(env, &stat)
        return (Int(info.me_numreaders), (Int(info.me_last_pgno) + 1) * Int(stat.ms_psize))
    }
}

/// What LMDB said, and what was being done.
public struct LMDBError: Error, Sendable, CustomStringConvertible {
    public let code: Int32
    public let doing: String

    public init(code: Int32, doing: String) {
        self.code = code
        self.doing = doing
    }

    public var description: String { "could not \(doing): \(String(cString: mdb_strerror(code)))" }
    /// The file holds what nobody wrote.
    public static func corrupted(doing: String) -> LMDBError {
        LMDBError(code: MDB_CORRUPTED, doing: doing)
    }
    /// The disk or the map is full: nothing was written.
    public var isFull: Bool { code == MDB_MAP_FULL || code == ENOSPC }
    /// The file is not one that LMDB wrote, is damaged, or is another version's.
    public var isUnreadable: Bool {
        [MDB_INVALID, MDB_VERSION_MISMATCH, MDB_CORRUPTED, MDB_PAGE_NOTFOUND].contains(code)
    }
    /// What was asked for is not there.
    public var isNotFound: Bool { code == MDB_NOTFOUND }
    /// The transaction holds more dirty pages than LMDB allows.
    public var isTransactionFull: Bool { code == MDB_TXN_FULL }
}

@inline(__always)
func check(_ code: Int32, _ doing: @autoclosure () -> String) throws(LMDBError) {
    if code != 0 { throw LMDBError(code: code, doing: doing()) }
}
