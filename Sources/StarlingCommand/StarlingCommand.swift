import ArgumentParser
import Foundation
import LinearAlgebra
import Starling
import Values

/// # The `starling` command
///
/// One binary: `shell` and `query` open a database in this process, `serve` lets every Neo4j driver
/// at it, `import` builds one from CSV files, and `info`, `backup` and `check` look after it. Each
/// file of `Commands` is one of them; `Output` turns results into tables, JSON and CSV; `Shell` is
/// the prompt.
///
/// Exit status: 0, 1 when the work failed (the reason is on standard error), 2 for wrong usage.
@main
struct StarlingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "starling",
        abstract: "A graph database that recommends.",
        version: "starling \(Database.version)",
        subcommands: [
            ShellCommand.self, QueryCommand.self, ServeCommand.self, ImportCommand.self,
            InfoCommand.self, BackupCommand.self, CheckCommand.self, UserCommand.self,
        ])

    static func main() {
        Parallel.endIdleThreads()
        CallStack.growFirst()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let error as DatabaseError {
            complain(error.message)
            Foundation.exit(1)
        } catch let failure as CommandFailure {
            complain(failure.message)
            Foundation.exit(failure.status)
        } catch {
            let code = exitCode(for: error)
            guard code != .success else { exit(withError: error) }
            complain(fullMessage(for: error))
            Foundation.exit(code == .validationFailure ? 2 : 1)
        }
    }

    private static func complain(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }
}

/// A command's failure that is not a statement's: what went wrong, and the exit status.
struct CommandFailure: Error {
    let message: String
    let status: Int32

    /// Status 1: the usage was right, the work failed.
    init(_ message: String) {
        self.message = message
        status = 1
    }

    /// Status 2: the command line asks for something that cannot be.
    init(usage message: String) {
        self.message = message
        status = 2
    }
}

/// `--data DIR`, for the commands that need a database that is there.
struct DataOption: ParsableArguments {
    @Option(help: ArgumentHelp("The database's directory.", valueName: "dir"))
    var data: String

    func open(
        createIfMissing: Bool = false, readOnly: Bool = false, engine: EngineOptions? = nil
    ) throws -> Database {
        var options = engine?.options ?? Database.Options()
        options.createIfMissing = createIfMissing
        options.readOnly = readOnly
        if engine != nil { FreedMemory.keep() }
        return try Database(path: data, options: options)
    }
}

/// `--adjacency-memory MB`, `--threads N` and `--import-directory DIR`, for the commands that run statements.
struct EngineOptions: ParsableArguments {
    @Option(
        name: .customLong("adjacency-memory"),
        help: ArgumentHelp(
            "Memory for the neighbour lists and properties that queries read much; 0 is none. "
                + "By default a quarter of the machine's, and at most 4096.", valueName: "MB"))
    var megabytes: Int?

    @Option(
        help: ArgumentHelp(
            "Threads that may read for one large query while processors are free; by default one "
                + "for each.", valueName: "n"))
    var threads: Int?

    @Option(
        name: .customLong("import-directory"),
        help: ArgumentHelp("The only directory that LOAD CSV may read.", valueName: "dir"))
    var importDirectory: String?

    private static let accepted = 0...1 << 30

    func validate() throws {
        if let megabytes, !Self.accepted.contains(megabytes) {
            throw ValidationError("--adjacency-memory takes megabytes from 0 on.")
        }
        if let threads, threads < 1 { throw ValidationError("--threads takes numbers from 1 on.") }
    }

    var options: Database.Options {
        var options = Database.Options()
        if let megabytes { options.adjacencyMemoryBytes = megabytes << 20 }
        if let threads { options.threads = threads }
        options.importDirectory = importDirectory
        return options
    }
}
