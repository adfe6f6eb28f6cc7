import ArgumentParser
import Foundation
import GraphStore
import Starling

/// `starling info`: what a database holds.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Print sizes and counts of a database.")

    @OptionGroup var database: DataOption

    func run() throws {
        let database = try database.open(readOnly: true)
        defer { database.close() }
        let information = try database.information()
        let counts = try database.counts()
        var rows: [(String, String)] = [
            ("directory", database.path),
            ("format", "\(information.formatVersion)"),
            ("nodes", "\(information.nodes)"),
            ("relationships", "\(information.relationships)"),
        ]
        rows += counts.labels.map { ("  :\($0.name)", "\($0.count)") }
        rows += counts.types.map { ("  -[:\($0.name)]->", "\($0.count)") }
        rows += [
            ("property keys", "\(information.propertyKeys)"),
            ("indexes", "\(information.indexes)"),
            ("constraints", "\(information.constraints)"),
            ("file", Self.size(information.fileBytes)),
        ]
        rows += information.parts.map { ("  \($0.name)", Self.size($0.bytes)) }
        rows += [
            ("pending changes", "\(information.pendingChanges)"),
            ("last transaction", "\(information.lastTransactionID)"),
            ("readers", "\(information.readers)"),
            ("oldest reader", information.oldestReader.map { "at transaction \($0)" } ?? "none"),
        ]
        let width = rows.map { TextWidth.of($0.0) }.max() ?? 0
        for (name, value) in rows {
            let padding = String(repeating: " ", count: width - TextWidth.of(name) + 2)
            print(name + padding + TextWidth.onOneLine(value))
        }
    }

    private static func size(_ bytes: Int) -> String {
        bytes < 1 << 20
            ? "\((bytes + 1023) >> 10) KiB" : String(format: "%.1f MiB", Double(bytes) / 1_048_576)
    }
}
