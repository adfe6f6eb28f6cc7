import Foundation
import GraphStore

/// The reading half of an import: files become batches of encoded records. Runs on a thread of its
/// own while ``BulkImporter`` writes what was read before.
final class SourceReader {
    let options: ImportOptions
    /// Nobody else uses them until everything has been read.
    let names: BulkNames
    let badRows: BadRows
    var spaces: IDSpaces
    // One thread at a time: checks of exclusive access in each row would only cost.
    @exclusivity(unchecked) var summary = ImportSummary()
    private var stageBytes = StageBytes()

    /// A batch is handed on when it has so many rows or bytes.
    static let batchRows = 4_096
    static let batchBytes = 1 << 20

    init(_ options: ImportOptions, _ names: BulkNames, _ badRows: BadRows) {
        self.options = options
        self.names = names
        self.badRows = badRows
        spaces = IDSpaces(options.idType)
    }

    /// Progress is counted anew, over these sources.
    func begin(_ sources: [ImportOptions.Source]) { stageBytes = StageBytes(sources) }

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

    func progress(
        _ reader: borrowing CSVReader, _ stage: ImportProgress.Stage, _ rows: Int
    ) -> ImportProgress {
        let done = Double(stageBytes.before + reader.compressedOffset)
        let share = min(1, done / Double(max(1, stageBytes.total)))
        return ImportProgress(stage: stage, rows: rows, share: share)
    }
}

/// How much of a stage's files has been read, as they lie on disk.
private struct StageBytes {
    var total = 0
    /// In files that are read through.
    var before = 0

    init() {}

    init(_ sources: [ImportOptions.Source]) {
        for file in sources.lazy.flatMap(\.files) {
            // Files that are not there are told of when they are opened.
            let attributes = try? FileManager.default.attributesOfItem(atPath: file)
            total += (attributes?[.size] as? Int) ?? 0
        }
    }
}
