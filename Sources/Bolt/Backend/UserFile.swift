import Crypto
import Foundation
public import Starling

/// The users of a database with native authentication: a file beside the data, readable by its
/// owner only, with a salted, stretched hash of each password.
///
/// Stretching is PBKDF2 (RFC 8018, section 5.2) with HMAC-SHA-256 in one block; the number of
/// rounds is stored with each hash, so that it can grow.
public struct UserFile: Sendable {
    static let rounds = 210_000
    static let saltBytes = 16
    /// Longer names and passwords are refused before any hashing.
    public static let maximumBytes = 1_024

    private struct Entry: Codable, Sendable {
        var salt: Data
        var rounds: Int
        var hash: Data
    }

    private let path: String
    private var entries: [String: Entry] = [:]

    /// Reads the users of the database in a directory; none where there is no such file.
    public init(database directory: String) throws(DatabaseError) {
        path = directory + "/users.json"
        guard let data = FileManager.default.contents(atPath: path) else { return }
        do {
            entries = try JSONDecoder().decode([String: Entry].self, from: data)
        } catch {
            throw DatabaseError(
                code: "Neo.DatabaseError.General.UnknownError",
                message: "\(path) is damaged; restore it, or remove it and make the users again.")
        }
    }

    public var isEmpty: Bool { entries.isEmpty }
    public var names: [String] { entries.keys.sorted() }

    /// Takes as long for an unknown user as for a wrong password.
    func verify(user: String, password: String) -> Bool {
        guard user.utf8.count <= Self.maximumBytes, password.utf8.count <= Self.maximumBytes else {
            return false
        }
        let entry =
            entries[user]
            ?? Entry(
                salt: Data(repeating: 0, count: Self.saltBytes), rounds: Self.rounds, hash: Data())
        let hash = Self.stretched(password, salt: entry.salt, rounds: entry.rounds)
        // Constant time over equal lengths: the comparison of message codes.
        return entry.hash.count == hash.count
            && zip(entry.hash, hash).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Adds a user or changes the password, and writes the file atomically.
    public mutating func set(user: String, password: String) throws(DatabaseError) {
        var generator = SystemRandomNumberGenerator()
        let salt = Data(
            (0..<Self.saltBytes).map { _ in UInt8.random(in: 0...255, using: &generator) })
        entries[user] = Entry(
            salt: salt, rounds: Self.rounds,
            hash: Self.stretched(password, salt: salt, rounds: Self.rounds))
        try write()
    }

    /// Returns whether there was such a user.
    public mutating func remove(user: String) throws(DatabaseError) -> Bool {
        guard entries.removeValue(forKey: user) != nil else { return false }
        try write()
        return true
    }

    private func write() throws(DatabaseError) {
        do {
            let data = try JSONEncoder().encode(entries)
            let temporary = path + ".new"
            let isWritten = FileManager.default.createFile(
                atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
            guard isWritten, rename(temporary, path) == 0 else {
                throw CocoaError(.fileWriteUnknown)
            }
        } catch {
            throw DatabaseError(
                code: "Neo.DatabaseError.General.UnknownError",
                message: "cannot write \(path): \(error.localizedDescription)")
        }
    }

    private static func stretched(_ password: String, salt: Data, rounds: Int) -> Data {
        let key = SymmetricKey(data: Data(password.utf8))
        var block = Data(
            HMAC<SHA256>.authenticationCode(for: salt + [0, 0, 0, 1], using: key))
        var result = block
        for _ in 1..<max(1, rounds) {
            block = Data(HMAC<SHA256>.authenticationCode(for: block, using: key))
            for place in result.indices { result[place] ^= block[place] }
        }
        return result
    }
}
