import Foundation
import GraphStore
import Values

/// # BulkImport
///
/// CSV files in, a database out, without Cypher and without a transaction per row:
///
/// ```
/// file → CSVReader → Header (what each column is) → FieldParser (typed values)
///      → nodes: IDMap remembers external ids     → BulkStoreBuilder
///      → relationships: IDMap finds the ends     → BulkStoreBuilder → sorted adjacency
/// ```
///
/// Records are appended in id order, page by page; adjacency is sorted within a memory bound and
/// appended as well. Everything is built in a directory beside the target, synced, and renamed: an
/// import that fails or is killed leaves the target as it was.
///
/// Invariants: each record's fields are byte ranges in the reader's buffer, nothing is allocated per
/// field but the values themselves; every error names file, line and column.
public final class BulkImporter {
    let options: ImportOptions
    private let progress: (ImportProgress) -> Void
    private let target: Target
    let builder: BulkStoreBuilder
    let badRows: BadRows
    var spaces: IDSpaces
    var summary = ImportSummary()
    private var stageBytes = StageBytes()

    /// Rows between two reports of progress.
    private static let progressInterval = 50_000

    /// Imports, and returns when the database is on disk.
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
        spaces = IDSpaces(options.idType)
        do throws(StoreError) {
            builder = try BulkStoreBuilder(directory: target.buildPath)
        } catch { throw ImportError(error) }
    }

    private func run() throws(ImportError) -> ImportSummary {
        let start = ContinuousClock.now
        stageBytes = StageBytes(options.nodes)
        for source in options.nodes { try importNodes(source) }
        stageBytes = StageBytes(options.relationships)
        for source in options.relationships { try importRelationships(source) }
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
}

// MARK: Shared by nodes and relationships

extension BulkImporter {
    /// Reads each file of a source from its first row of data on, with the header of the first.
    func forEachFile(
        _ source: ImportOptions.Source, _ kind: Header.Kind,
        _ body: (inout CSVReader, Header) throws(ImportError) -> Void
    ) throws(ImportError) {
        var header: Header?
        for file in source.files {
            let dialect = CSVReader.Dialect(delimiter: options.delimiter, quote: options.quote)
            var reader = try CSVReader(file, dialect)
            if header == nil {
                guard try reader.readRecord() else {
                    throw ImportError("\(file) is empty: its first line must be the header")
                }
                header = try Header(reader, kind)
            }
            guard let header else { continue }
            try body(&reader, header)
            stageBytes.before += reader.compressedOffset
        }
    }

    func checkWidth(_ reader: borrowing CSVReader, _ header: Header) throws(ImportError) {
        guard reader.fields.count != header.columns.count else { return }
        throw ImportError(
            "this row has \(reader.fields.count) fields, the header \(header.columns.count)",
            at: reader.place)
    }

    func tokens(
        _ names: [String], _ make: (String) throws(StoreError) -> UInt32
    ) throws(ImportError) -> [UInt32] {
        var tokens: [UInt32] = []
        for name in names where !name.isEmpty {
            do throws(StoreError) { tokens.append(try make(name)) } catch {
                throw ImportError(error)
            }
        }
        return tokens
    }

    /// Reports progress now and then; to be called once a row.
    @inline(__always)
    func tick(_ reader: borrowing CSVReader, _ stage: ImportProgress.Stage, _ rows: Int) {
        stageBytes.rows += 1
        if stageBytes.rows % Self.progressInterval == 0 { report(reader, stage, rows) }
    }

    private func report(_ reader: borrowing CSVReader, _ stage: ImportProgress.Stage, _ rows: Int) {
        let done = Double(stageBytes.before + reader.compressedOffset)
        let share = min(1, done / Double(max(1, stageBytes.total)))
        progress(ImportProgress(stage: stage, rows: rows, share: share))
    }
}

/// How much of a stage's files has been read, as they lie on disk.
private struct StageBytes {
    var total = 0
    /// In files that are read through.
    var before = 0
    var rows = 0

    init() {}

    init(_ sources: [ImportOptions.Source]) {
        for file in sources.lazy.flatMap(\.files) {
            // Files that are not there are told of when they are opened.
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            total += (attributes?[.size] as? Int) ?? 0
        }
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
