internal import LinearAlgebra
internal import Values

/// A step's constructor arguments, by PyTorch's names, and its tensors. Each is asked for once; what
/// nobody asked for is an error, as it would change the result.
final class LayerArguments {
    /// No layer is wider.
    static let maximumWidth = 1 << 20

    let step: String
    private let arguments: ValueMap
    private let prefix: String
    private let book: ParameterBook
    private var used: Set<String> = []

    init(step: String, arguments: ValueMap, prefix: String, book: ParameterBook) {
        self.step = step
        self.arguments = arguments
        self.prefix = prefix
        self.book = book
    }

    /// Arguments of a part, whose tensors are named below this one's.
    func part(_ name: String, _ arguments: ValueMap = ValueMap()) -> LayerArguments {
        LayerArguments(
            step: step, arguments: arguments, prefix: prefix + name + ".", book: book)
    }

    func error(_ reason: String) -> NetworkError { .model("Step `\(step)`: \(reason).") }

    /// Throws for arguments that the layer does not know, unless they are null or false.
    func finish() throws(NetworkError) {
        for (key, value) in zip(arguments.keys, arguments.values) where !used.contains(key) {
            switch value {
            case .null, .boolean(false): continue
            default: throw error("the argument `\(key)` is not supported")
            }
        }
    }

    // MARK: Arguments

    func value(_ key: String) -> Value? {
        used.insert(key)
        guard let value = arguments[key] else { return nil }
        if case .null = value { return nil }
        return value
    }

    /// A number of columns, heads, relations and the like.
    func size(_ key: String, or fallback: Int? = nil) throws(NetworkError) -> Int {
        switch value(key) {
        case .integer(let number)? where number > 0 && number <= Int64(Self.maximumWidth):
            return Int(number)
        case nil:
            if let fallback { return fallback }
            throw error("the argument `\(key)` is missing")
        default: throw error("`\(key)` must be from 1 to \(Self.maximumWidth)")
        }
    }

    func number(_ key: String, or fallback: Float) throws(NetworkError) -> Float {
        switch value(key) {
        case nil: return fallback
        case .integer(let number)?: return Float(number)
        case .float(let number)?: return Float(number)
        default: throw error("`\(key)` must be a number")
        }
    }

    func flag(_ key: String, or fallback: Bool) throws(NetworkError) -> Bool {
        switch value(key) {
        case nil: return fallback
        case .boolean(let flag)?: return flag
        default: throw error("`\(key)` must be true or false")
        }
    }

    func choice(_ key: String, among all: [String], or fallback: String) throws(NetworkError)
        -> String
    {
        switch value(key) {
        case nil: return fallback
        case .string(let text)? where all.contains(text): return text
        default: throw error("`\(key)` must be one of " + all.joined(separator: ", "))
        }
    }

    // MARK: Tensors

    /// Something that is learnt: all dimensions but the last one are rows.
    func parameter(_ name: String, _ shape: [Int], _ start: ParameterStart)
        throws(NetworkError) -> Variable
    {
        let variable = Variable.parameter(try matrix(name, shape, start))
        book.learnt.append((prefix + name, variable))
        return variable
    }

    /// Something that is kept beside, such as running means, which no optimiser changes.
    func statistic(_ name: String, _ shape: [Int], _ start: ParameterStart)
        throws(NetworkError) -> Matrix
    {
        try matrix(name, shape, start)
    }

    private func matrix(_ name: String, _ shape: [Int], _ start: ParameterStart)
        throws(NetworkError) -> Matrix
    {
        var count = 1
        for size in shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows, product <= NetworkModel.maximumParameters else {
                throw error(
                    "`\(name)` would have more than \(NetworkModel.maximumParameters) numbers")
            }
            count = product
        }
        let matrix = try book.source.matrix(prefix + name, shape, start)
        book.all.append((prefix + name, shape, matrix))
        return matrix
    }
}

/// The tensors of a network, in the order in which its layers asked for them.
final class ParameterBook {
    let source: any ParameterSource
    fileprivate(set) var all: [(name: String, shape: [Int], matrix: Matrix)] = []
    fileprivate(set) var learnt: [(name: String, variable: Variable)] = []

    init(_ source: any ParameterSource) { self.source = source }

    var tensors: [String: Tensor] {
        Dictionary(
            all.map { ($0.name, Tensor(shape: $0.shape, $0.matrix.array)) },
            uniquingKeysWith: { first, _ in first })
    }
}

/// Where the numbers of a network come from.
protocol ParameterSource: AnyObject {
    func matrix(_ name: String, _ shape: [Int], _ start: ParameterStart)
        throws(NetworkError) -> Matrix
}

/// How a parameter begins that is not read from a file.
enum ParameterStart {
    case constant(Float)
    /// Uniform within ±√(6 / (rows + columns)) (Glorot and Bengio, AISTATS 2010).
    case glorot
    /// Uniform within ±1 / √inputs, as PyTorch begins linear layers.
    case uniform(inputs: Int)
    case normal
}

/// Numbers of a file.
final class StoredParameters: ParameterSource {
    private let tensors: [String: Tensor]

    init(_ tensors: [String: Tensor]) { self.tensors = tensors }

    func matrix(_ name: String, _ shape: [Int], _ start: ParameterStart)
        throws(NetworkError) -> Matrix
    {
        guard let tensor = tensors[name] else {
            throw .model("The weights lack the tensor `\(name)`.")
        }
        guard tensor.shape == shape, let matrix = tensor.matrix else {
            func text(_ shape: [Int]) -> String {
                "[" + shape.map(String.init).joined(separator: ", ") + "]"
            }
            throw .model(
                "The tensor `\(name)` has the shape \(text(tensor.shape)); expected are floats of "
                    + "the shape \(text(shape)).")
        }
        return matrix
    }
}

/// Random numbers to begin with.
final class RandomParameters: ParameterSource {
    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    func matrix(_ name: String, _ shape: [Int], _ start: ParameterStart) -> Matrix {
        let columns = shape.last ?? 1
        let rows = shape.dropLast().reduce(1, *)
        let matrix = Matrix(rows: rows, columns: columns)
        switch start {
        case .constant(let value): matrix.fill(value)
        case .glorot: fill(matrix, within: (6 / Double(rows + columns)).squareRoot())
        case .uniform(let inputs): fill(matrix, within: 1 / Double(inputs).squareRoot())
        case .normal:
            for place in 0..<matrix.count {
                matrix.elements[place] = Float(random.nextNormal())
            }
        }
        return matrix
    }

    private func fill(_ matrix: Matrix, within bound: Double) {
        for place in 0..<matrix.count {
            matrix.elements[place] = Float((2 * random.nextUnit() - 1) * bound)
        }
    }
}
