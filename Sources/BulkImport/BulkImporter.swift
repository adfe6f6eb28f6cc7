import Foundation
import GraphStore
import Values

/// # BulkImport
///
/// CSV files in, a database out, without Cypher and without a transaction per row:
///
///     file → CSVReader → Header (what each column is) → FieldParser (typed values)
///          → nodes: IDMap remembers external ids → BulkStoreBuilder
///          → relationships: IDMap finds the ends   → BulkStoreBuilder → sorted adjacency
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
    var spaces: [String: IDMap] = [:]
    var summary = ImportSummary()
    private var progressState = ProgressState(file: "")

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
        do throws(StoreError) {
            builder = try BulkStoreBuilder(directory: target.buildPath)
        } catch { throw ImportError(error) }
    }

    private func run() throws(ImportError) -> ImportSummary {
        let start = ContinuousClock.now
        for source in options.nodes { try importNodes(source) }
        for source in options.relationships { try importRelationships(source) }
        progress(.init(stage: .adjacency, rows: summary.relationships, share: 0))
        do throws(StoreError) { try builder.finish() } catch { throw ImportError(error) }
        progress(.init(stage: .adjacency, rows: summary.relationships, share: 1))
        badRows.close()
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
        _ body: (CSVReader, Header) throws(ImportError) -> Void
    ) throws(ImportError) {
        var header: Header?
        for file in source.files {
            let dialect = CSVReader.Dialect(delimiter: options.delimiter, quote: options.quote)
            let reader = try CSVReader(file, dialect)
            progressState = ProgressState(file: file)
            if header == nil {
                guard try reader.readRecord() else {
                    throw ImportError("\(file) is empty: its first line must be the header")
                }
                header = try Header(reader, kind)
            }
            guard let header else { continue }
            try body(reader, header)
        }
    }

    func checkWidth(_ reader: CSVReader, _ header: Header) throws(ImportError) {
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

    /// Calls `body` with the external id in a field.
    func withID<R>(
        _ reader: CSVReader, _ field: CSVReader.Field, isInteger: Bool?,
        _ body: (ExternalID) throws(ImportError) -> R
    ) throws(ImportError) -> R {
        let asInteger = isInteger ?? (options.idType == .integer)
        let outcome: Result<R, ImportError> = reader.withBytes(of: field) { bytes in
            do throws(ImportError) {
                guard !bytes.isEmpty else { throw ImportError("the id is missing") }
                guard bytes.count <= ExternalID.maximumBytes else {
                    throw ImportError("an id ends at \(ExternalID.maximumBytes) bytes")
                }
                if !asInteger { return .success(try body(.string(bytes))) }
                guard let number = FieldParser.integer(bytes) else {
                    let text = String(decoding: bytes, as: UTF8.self)
                    throw ImportError("the id `\(text)` is not an integer")
                }
                return .success(try body(.integer(number)))
            } catch { return .failure(error) }
        }
        do throws(ImportError) { return try outcome.get() } catch {
            throw ImportError(error.reason, at: reader.place(of: field))
        }
    }

    struct ProgressState {
        var fileBytes: Int
        var rows = 0

        init(file: String) {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            fileBytes = (attributes?[.size] as? Int) ?? 0
        }
    }

    func tick(_ reader: CSVReader, _ stage: ImportProgress.Stage, _ rows: Int) {
        progressState.rows += 1
        guard progressState.rows % Self.progressInterval == 0 else { return }
        let share = Double(reader.compressedOffset) / Double(max(1, progressState.fileBytes))
        progress(ImportProgress(stage: stage, rows: rows, share: min(1, share)))
    }
}

extension ImportError {
    init(_ error: StoreError, at place: Place? = nil) { self.init("\(error)", at: place) }
}
