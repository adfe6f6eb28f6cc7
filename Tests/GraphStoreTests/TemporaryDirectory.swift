import Foundation
import GraphStore

/// A directory that is gone when the test ends.
final class TemporaryDirectory: Sendable {
    let path = NSTemporaryDirectory() + "store-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
