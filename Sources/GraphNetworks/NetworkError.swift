/// Why a network cannot be read, built or run. The texts are for users.
public enum NetworkError: Error, Equatable {
    /// A file cannot be read.
    case file(String)
    /// A file is not what it should be.
    case format(String)
    /// A description of a network does not make sense, or weights do not fit it.
    case model(String)
    /// What a network is to be applied to does not fit it.
    case input(String)

    public var message: String {
        switch self {
        case .file(let text), .format(let text), .model(let text), .input(let text): text
        }
    }
}
