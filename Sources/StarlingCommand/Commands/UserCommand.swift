import ArgumentParser
import Bolt
import Foundation

/// `starling user`: who may come in where the server runs with `--auth native`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Manage the users of a database.",
        subcommands: [SetUser.self, RemoveUser.self, ListUsers.self])

    struct SetUser: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Add a user or change a password.",
            discussion: "The password is read from standard input, one line.")

        @OptionGroup var database: DataOption
        @Argument var name: String

        func run() throws {
            var users = try UserFile(database: database.data)
            if isatty(STDIN_FILENO) == 1 {
                FileHandle.standardError.write(Data("Password for \(name): ".utf8))
            }
            let password = HiddenInput.readLine() ?? ""
            guard !name.isEmpty, !password.isEmpty else {
                throw CommandFailure(usage: "a user needs a name and a password")
            }
            guard max(name.utf8.count, password.utf8.count) <= UserFile.maximumBytes else {
                throw CommandFailure(
                    usage: "names and passwords end at \(UserFile.maximumBytes) bytes")
            }
            guard FileManager.default.fileExists(atPath: database.data) else {
                throw CommandFailure("there is no directory \(database.data)")
            }
            try users.set(user: name, password: password)
        }
    }

    struct RemoveUser: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a user.")

        @OptionGroup var database: DataOption
        @Argument var name: String

        func run() throws {
            var users = try UserFile(database: database.data)
            guard try users.remove(user: name) else {
                throw CommandFailure("there is no user \(name)")
            }
        }
    }

    struct ListUsers: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Print the users' names.")

        @OptionGroup var database: DataOption

        func run() throws {
            for name in try UserFile(database: database.data).names { print(name) }
        }
    }
}

/// A line of standard input that a terminal does not show.
enum HiddenInput {
    static func readLine() -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return Swift.readLine() }
        var settings = termios()
        tcgetattr(STDIN_FILENO, &settings)
        var hidden = settings
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            FileHandle.standardError.write(Data("\n".utf8))
        }
        return Swift.readLine()
    }
}
