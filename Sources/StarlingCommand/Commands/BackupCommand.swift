import ArgumentParser
import Starling

/// `starling backup`: a copy of a database, also while it is served.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copy a database, also while others write.")

    @OptionGroup var database: DataOption

    @Option(help: ArgumentHelp("A new or empty directory.", valueName: "dir"))
    var to: String

    func run() throws {
        let database = try database.open()
        defer { database.close() }
        try database.backup(to: to)
        print("Copied \(database.path) to \(to)")
    }
}
