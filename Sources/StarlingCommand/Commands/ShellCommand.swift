import ArgumentParser
import Foundation
import Starling

/// `starling shell`: the prompt, or a script through a pipe.
struct ShellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "shell", abstract: "Talk to a database.",
        discussion: """
            Reads statements from the terminal, or a script from standard input. Without --data and \
            --connect it talks to the server on this machine.
            """)

    private static let localServer = "bolt://127.0.0.1:7687"

    @Option(
        help: ArgumentHelp("The database's directory; made if there is none.", valueName: "dir"))
    var data: String?

    @OptionGroup var engine: EngineOptions

    @Option(
        help: ArgumentHelp(
            "A server: bolt://[user@]host:port, or with TLS bolt+s:// (bolt+ssc:// does not verify "
                + "its certificate).", valueName: "url"))
    var connect: String?

    @Option(help: "table, json or csv.")
    var format: QueryCommand.Format = .table

    func validate() throws {
        if data != nil, connect != nil {
            throw ValidationError("Name either a database with --data or a server with --connect.")
        }
    }

    func run() throws {
        let connection: any ShellConnection
        if let data {
            connection = LocalConnection(try Database(path: data, options: engine.options))
        } else {
            connection = try RemoteConnection(connect ?? Self.localServer) { user in
                FileHandle.standardError.write(Data("Password for \(user): ".utf8))
                return HiddenInput.readLine() ?? ""
            }
        }
        let shell = Shell(connection, isInteractive: Terminal.isInteractive, format: format)
        if Terminal.isInteractive {
            try shell.runInteractively()
        } else {
            let input = FileHandle.standardInput.readDataToEndOfFile()
            guard let text = String(validating: input, as: UTF8.self) else {
                throw CommandFailure("standard input is not UTF-8 text")
            }
            try shell.run(script: text)
        }
    }
}
