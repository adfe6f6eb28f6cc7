import Foundation
import Starling
import Values

/// A database in a directory that goes when the test ends.
enum TemporaryDatabase {
    static func with(
        _ options: Database.Options = Database.Options(), _ body: (Database) throws -> Void
    ) throws {
        let path = NSTemporaryDirectory() + "starling-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let database = try Database(path: path, options: options)
        defer { database.close() }
        try body(database)
    }
}

extension Database {
    /// The one integer that a statement returns.
    func integer(_ statement: String) throws -> Int64? {
        try makeSession().integer(statement)
    }
}

extension Session {
    func integer(_ statement: String) throws -> Int64? {
        guard case .integer(let number)? = try run(statement).rows().first?.first else {
            return nil
        }
        return number
    }
}
