/// Why an import stopped: what is wrong with which place of which file, or with the request.
public struct ImportError: Error, Sendable, CustomStringConvertible {
    public struct Place: Sendable {
        public let file: String
        /// From 1.
        public let line: Int
        /// The byte within the line, from 1.
        public let column: Int

        public init(file: String, line: Int, column: Int) {
            self.file = file
            self.line = line
            self.column = column
        }
    }

    public let reason: String
    public let place: Place?

    public init(_ reason: String, at place: Place? = nil) {
        self.reason = reason
        self.place = place
    }

    public var description: String {
        guard let place else { return reason }
        return "\(place.file), line \(place.line), column \(place.column): \(reason)"
    }
}
