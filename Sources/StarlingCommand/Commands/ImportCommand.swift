public import ArgumentParser
public import BulkImport
import Foundation

/// `starling import`: CSV files with neo4j-admin's headers into a new database.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Build a database from CSV files.",
        discussion: """
            Headers are those of neo4j-admin: name:ID(Space), :START_ID(Space), :END_ID(Space), \
            :LABEL, :TYPE, :IGNORE, and typed columns such as age:int, at:datetime, tags:string[]. \
            Files may be gzip. Of several files separated by commas, the first has the header. The \
            database is built beside the directory and renamed to it; a failed import changes nothing.
            """)

    @Option(help: ArgumentHelp("Directory of the new database.", valueName: "dir"))
    var into: String

    @Option(
        help: ArgumentHelp(
            "Nodes and their labels; may be repeated.", valueName: "Label[:Label…]=FILE[,FILE…]"))
    var nodes: [String] = []

    @Option(
        help: ArgumentHelp(
            "Relationships and their type; may be repeated.", valueName: "TYPE=FILE[,FILE…]"))
    var relationships: [String] = []

    @Option(help: "Between fields: one character, or TAB.")
    var delimiter = ","

    @Option(help: "Between the elements of an array.")
    var arrayDelimiter = ";"

    @Option(help: "Around fields that hold delimiters.")
    var quote = "\""

    @Option(help: "string or integer.")
    var idType: ImportOptions.IDType = .string

    @Flag(help: "Leave out relationships whose ends are missing.")
    var skipBadRelationships = false

    @Flag(help: "Keep the first of several nodes with one id.")
    var skipDuplicateNodes = false

    @Option(help: "How many rows may be left out; -1 for any number.")
    var badTolerance = 1000

    @Flag(help: "Replace the database that is there.")
    var overwrite = false

    @Option(
        help: ArgumentHelp(
            "Memory in which relationships are sorted; the rest goes through files. By default "
                + "768.", valueName: "MB"))
    var sortMemory: Int?

    private static let sortMegabytes = 1...1 << 20

    func validate() throws {
        guard let sortMemory, !Self.sortMegabytes.contains(sortMemory) else { return }
        throw ValidationError("--sort-memory takes megabytes from 1 on.")
    }

    func run() throws {
        guard !nodes.isEmpty || !relationships.isEmpty else {
            throw CommandFailure(usage: "nothing to import: name files with --nodes")
        }
        var options = ImportOptions(
            target: into, nodes: try nodes.map { try source($0, names: ":") },
            relationships: try relationships.map { try source($0, names: nil) })
        options.delimiter = try byte(delimiter, "--delimiter")
        options.arrayDelimiter = try byte(arrayDelimiter, "--array-delimiter")
        options.quote = try byte(quote, "--quote")
        options.idType = idType
        options.skipBadRelationships = skipBadRelationships
        options.skipDuplicateNodes = skipDuplicateNodes
        options.badTolerance = badTolerance
        options.overwrite = overwrite
        if let sortMemory { options.sortBytes = sortMemory << 20 }
        if Set([options.delimiter, options.arrayDelimiter, options.quote]).count < 3 {
            throw CommandFailure(
                usage: "the delimiter, the array delimiter and the quote must differ")
        }
        try run(options)
    }

    private func run(_ options: ImportOptions) throws {
        let bar = ProgressBar()
        let summary: ImportSummary
        do {
            summary = try BulkImporter.run(options, progress: bar.show)
        } catch {
            bar.clear()
            throw CommandFailure("import failed: \(error)\nThe target \(into) is as it was.")
        }
        bar.clear()
        print(
            "Imported \(SummaryText.counted(summary.nodes, "node")), "
                + "\(SummaryText.counted(summary.relationships, "relationship")) and "
                + "\(summary.properties) properties in "
                + "\(SummaryText.time(summary.seconds * 1000)) into \(into)")
        if let report = summary.reportFile {
            print("Left out \(SummaryText.counted(summary.skippedRows, "bad row")): see \(report)")
        }
    }

    /// `Label:Label=file,file`; without an equals sign all of it is files.
    private func source(_ text: String, names separator: Character?) throws -> ImportOptions.Source
    {
        var names: [String] = []
        var files = Substring(text)
        if let equals = text.firstIndex(of: "=") {
            let left = text[..<equals]
            names = separator.map { left.split(separator: $0).map(String.init) } ?? [String(left)]
            files = text[text.index(after: equals)...]
        }
        let paths = files.split(separator: ",").map(String.init)
        guard !paths.isEmpty else {
            throw CommandFailure(usage: "`\(text)` names no file; write Name=file.csv")
        }
        return ImportOptions.Source(names: names, files: paths)
    }

    private func byte(_ text: String, _ option: String) throws -> UInt8 {
        if text == "TAB" || text == "\\t" { return UInt8(ascii: "\t") }
        guard text.utf8.count == 1, let byte = text.utf8.first else {
            throw CommandFailure(usage: "\(option) takes one ASCII character, or TAB")
        }
        return byte
    }
}

extension ImportOptions.IDType: ExpressibleByArgument {}

/// Stage, rate and time left, on one line of a terminal; silent elsewhere.
final class ProgressBar {
    private let isShown = isatty(STDERR_FILENO) == 1
    private var stage: ImportProgress.Stage?
    private var start = ContinuousClock.now

    func show(_ progress: ImportProgress) {
        guard isShown else { return }
        if progress.stage != stage {
            stage = progress.stage
            start = .now
        }
        let seconds = (ContinuousClock.now - start).milliseconds / 1000
        var text = "\(progress.stage.rawValue): \(progress.rows)"
        if seconds > 0, progress.share > 0 {
            text += String(
                format: "  %3.0f %%  %.0f rows/s  %.0f s left", progress.share * 100,
                Double(progress.rows) / seconds, seconds * (1 / progress.share - 1))
        }
        write("\r\u{1B}[K" + text)
    }

    func clear() { if isShown { write("\r\u{1B}[K") } }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
