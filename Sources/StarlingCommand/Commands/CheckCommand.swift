import ArgumentParser
import GraphStore
import Starling

/// `starling check`: everything that must hold in a database, verified.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Verify every record, adjacency in both directions, indexes and counts.")

    /// Findings that are printed; the rest is counted.
    static let printedFindings = 100

    @OptionGroup var database: DataOption

    func run() throws {
        let database = try database.open()
        defer { database.close() }
        var printed = 0
        let summary = try database.check { finding in
            if printed < Self.printedFindings { print(finding) }
            printed += 1
        }
        print(
            "Checked \(SummaryText.counted(summary.nodes, "node")), "
                + "\(SummaryText.counted(summary.relationships, "relationship")), "
                + "\(summary.adjacencyEntries) adjacency, \(summary.labelEntries) label and "
                + "\(summary.indexEntries) index entries")
        guard summary.isClean else {
            throw CommandFailure("\(SummaryText.counted(summary.findings, "finding")): damaged")
        }
        print("All is well.")
    }
}
