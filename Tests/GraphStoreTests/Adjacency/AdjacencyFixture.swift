import Foundation
import LMDB
import Testing

@testable import GraphStore

/// A database with nothing but adjacency in it, in a directory that goes with it.
final class AdjacencyFixture {
    let directory: String
    private(set) var environment: Environment
    private(set) var store: AdjacencyStore
    private let limits: AdjacencyLimits
    private let live: Live?

    /// Memory for live lists, and their bounds.
    struct Live {
        var bytes = 1 << 20
        var limits = LiveLimits.tinyLists
    }

    init(_ limits: AdjacencyLimits, live: Live? = nil) throws {
        directory = NSTemporaryDirectory() + "adjacency-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        self.limits = limits
        self.live = live
        environment = try Environment(path: directory, syncOnCommit: false)
        store = try Self.openStore(environment, limits, live)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private static func openStore(
        _ environment: Environment, _ limits: AdjacencyLimits, _ live: Live?
    ) throws -> AdjacencyStore {
        let transaction = try environment.beginWrite()
        let store = try AdjacencyStore(
            transaction, limits: limits,
            live: live.map {
                LiveAdjacency(LiveBudget(byteLimit: $0.bytes), limits: $0.limits)
            })
        try transaction.commit()
        return store
    }

    /// A second store over the same environment: what another process would have.
    func otherStore() throws -> AdjacencyStore { try Self.openStore(environment, limits, live) }

    func reopenStore() throws { store = try otherStore() }

    func write(_ body: (AdjacencyChanges, Transaction) throws -> Void) throws {
        let transaction = try environment.beginWrite()
        let changes = try store.beginChanges(transaction)
        try body(changes, transaction)
        try changes.prepareCommit()
        let id = transaction.id
        try transaction.commit()
        changes.didCommit(transactionID: id)
    }

    @discardableResult
    func merge() throws -> Bool {
        let transaction = try environment.beginWrite()
        let isMore = try store.merge(transaction)
        let id = transaction.id
        try transaction.commit()
        store.didMerge(transactionID: id)
        return isMore
    }

    func read<R>(_ body: (AdjacencySnapshot) throws -> R) throws -> R {
        let transaction = try environment.beginRead()
        defer { transaction.abort() }
        let snapshot = try store.snapshot(transaction)
        defer { snapshot.close() }
        return try body(snapshot)
    }

    func findings() throws -> [String] {
        let transaction = try environment.beginRead()
        defer { transaction.abort() }
        var findings: [String] = []
        try store.check(transaction) { findings.append($0) }
        return findings
    }
}

extension LiveLimits {
    /// A few reads build lists, a few changes are folded into them.
    static var tinyLists: LiveLimits {
        var limits = LiveLimits.atOnce
        limits.fewestDeltas = 6
        limits.foldingPause = 0
        return limits
    }
}

extension AdjacencyLimits {
    /// A few entries split a chunk, a few changes start a merge.
    static var tiny: AdjacencyLimits {
        var limits = AdjacencyLimits()
        limits.chunkEntries = 4
        limits.mergeThreshold = 8
        limits.mergeBatch = 7
        limits.pendingChanges = 40
        limits.loggedChanges = 25
        limits.keptChanges = 10
        return limits
    }
}

/// The same numbers on every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
