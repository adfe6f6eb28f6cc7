import Foundation
import GraphStore
import Values

/// # BulkImport
///
/// CSV files in, a database out, without Cypher and without a transaction per row:
///
/// ```
/// one thread:  file → CSVReader → Header (what each column is) → FieldParser (typed values)
///                   → nodes: IDMap remembers external ids   → NodeBatch           ─┐
///                   → relationships: IDMap finds the ends   → RelationshipBatch   ─┤ Pipeline
/// another:     BulkStoreBuilder appends records ◀──────────────────────────────────┘
///                   → adjacency, which a third sorts ahead of it
/// ```
///
/// Records are appended in id order, page by page; adjacency is sorted within a memory bound and
/// appended as well. Everything is built in a directory beside the target, synced, and renamed: an
/// import that fails or is killed leaves the target as it was.
///
/// Invariants: each record's fields are byte ranges in the reader's buffer, nothing is allocated per
/// field but the values themselves; every error names file, line and column.
public final class BulkImporter {
    private let options: ImportOptions
    private let progress: (ImportProgress) -> Void
    private let target: Target
    private let builder: BulkStoreBuilder
    private let badRows: BadRows
    private let reader: SourceReader
    private var lastReport = 0

    /// Rows between two reports of progress.
    private static let progressInterval = 50_000

    /// Imports, and returns when the database is on disk. Beside the calling thread, which
    /// `progress` is called on, one more reads or sorts, and one brings to disk what is written.
    ///
    /// Errors: ``ImportError`` with the place; the target is then as it was before.
    public static func run(
        _ options: ImportOptions, progress: @escaping (ImportProgress) -> Void = { _ in }
    ) throws(ImportError) -> ImportSummary {
        let target = try Target(options.target, overwrite: options.overwrite)
        do throws(ImportError) {
            let importer = try BulkImporter(options, target, progress)
            return try importer.run()
        } catch {
            target.abandon()
            throw error
        }
    }

    private init(
        _ options: ImportOptions, _ target: Target, _ progress: @escaping (ImportProgress) -> Void
    ) throws(ImportError) {
        self.options = options
        self.progress = progress
        self.target = target
        badRows = BadRows(target: target.path, tolerance: options.badTolerance)
        do throws(StoreError) {
            builder = try BulkStoreBuilder(
                directory: target.buildPath, sortBytes: options.sortBytes)
        } catch { throw ImportError(error) }
        reader = SourceReader(options, builder.names, badRows)
    }

    private func run() throws(ImportError) -> ImportSummary {
        let start = ContinuousClock.now
        try loadNodes()
        try loadRelationships()
        var summary = reader.summary
        progress(.init(stage: .adjacency, rows: summary.relationships, share: 0))
        do throws(StoreError) { try builder.finish() } catch { throw ImportError(error) }
        progress(.init(stage: .adjacency, rows: summary.relationships, share: 1))
        try badRows.close()
        try target.publish()
        summary.skippedRows = badRows.count
        summary.reportFile = badRows.count > 0 ? badRows.reportPath : nil
        let elapsed = (ContinuousClock.now - start).components
        summary.seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        return summary
    }

    private func loadNodes() throws(ImportError) {
        reader.begin(options.nodes)
        try Pipeline.run(of: NodeBatch.init) { [options, reader] pipeline throws(ImportError) in
            for source in options.nodes { try reader.readNodes(source, pipeline) }
        } write: { filled throws(ImportError) in
            do throws(StoreError) { try builder.append(filled.batch) } catch {
                throw ImportError(error)
            }
            report(filled.progress)
        }
    }

    private func loadRelationships() throws(ImportError) {
        reader.begin(options.relationships)
        lastReport = 0
        try Pipeline.run(of: RelationshipBatch.init) {
            [options, reader] pipeline throws(ImportError) in
            for source in options.relationships { try reader.readRelationships(source, pipeline) }
        } write: { filled throws(ImportError) in
            do throws(StoreError) { try builder.append(filled.batch) } catch {
                throw ImportError(error)
            }
            report(filled.progress)
        }
    }

    private func report(_ current: ImportProgress) {
        guard current.rows - lastReport >= Self.progressInterval else { return }
        lastReport = current.rows
        progress(current)
    }
}

extension ImportError {
    init(_ error: StoreError, at place: Place? = nil) {
        switch error {
        case .limitExceeded(let reason), .unstorable(let reason), .unsupported(let reason):
            self.init(reason, at: place)
        case .unusable(let path, let reason): self.init("\(path): \(reason)", at: place)
        case .storage(let cause): self.init("\(cause)", at: place)
        default: self.init("\(error)", at: place)
        }
    }
}
