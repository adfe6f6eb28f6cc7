/// What a stored model says of itself; its tensors are read one by one.
public struct StoredModel: Sendable {
    public let name: String
    /// Changes whenever a model of this name is published: what a cache compares.
    public let id: UInt64
    /// How it was made, for example `ease`.
    public let method: String
    /// Names and values, as its method wrote them.
    public let settings: [Setting]
    /// Milliseconds since 1970.
    public let created: Int64
    public let tensors: [StoredTensor]

    public struct Setting: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public var byteCount: Int { tensors.reduce(0) { $0 + $1.byteCount } }

    public func setting(_ name: String) -> String? {
        settings.first { $0.name == name }?.value
    }
}

/// The name, type and shape of numbers that lie row by row.
public struct StoredTensor: Sendable, Equatable {
    public enum Element: UInt8, Sendable {
        case float32 = 1, float64, int32, int64

        public var byteCount: Int {
            switch self {
            case .float32, .int32: 4
            case .float64, .int64: 8
            }
        }
    }

    public let name: String
    public let element: Element
    public let shape: [Int]

    public init(_ name: String, _ element: Element, shape: [Int]) {
        self.name = name
        self.element = element
        self.shape = shape
    }

    public var count: Int { shape.reduce(1, *) }
    public var byteCount: Int { count * element.byteCount }
}

/// A tensor to be stored: numbers in the processor's byte order, which is little-endian on all that
/// Starling runs on.
public struct TensorData: Sendable {
    public let tensor: StoredTensor
    /// Lends all bytes for the call.
    public let lend: @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void

    /// `lend` must lend `tensor.byteCount` bytes.
    public init(
        _ tensor: StoredTensor,
        lend: @escaping @Sendable ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) {
        self.tensor = tensor
        self.lend = lend
    }

    public func renamed(_ name: String) -> TensorData {
        TensorData(StoredTensor(name, tensor.element, shape: tensor.shape), lend: lend)
    }

    public init(_ name: String, _ values: [Float], shape: [Int]? = nil) {
        self.init(StoredTensor(name, .float32, shape: shape ?? [values.count])) {
            try values.withUnsafeBytes($0)
        }
    }

    public init(_ name: String, _ values: [Double]) {
        self.init(StoredTensor(name, .float64, shape: [values.count])) {
            try values.withUnsafeBytes($0)
        }
    }

    public init(_ name: String, _ values: [Int32], shape: [Int]? = nil) {
        self.init(StoredTensor(name, .int32, shape: shape ?? [values.count])) {
            try values.withUnsafeBytes($0)
        }
    }

    public init(_ name: String, _ values: [Int64]) {
        self.init(StoredTensor(name, .int64, shape: [values.count])) {
            try values.withUnsafeBytes($0)
        }
    }

    /// Node ids and the like.
    public init(_ name: String, _ values: [UInt64]) {
        self.init(StoredTensor(name, .int64, shape: [values.count])) {
            try values.withUnsafeBytes($0)
        }
    }
}

/// A model to be published.
public struct ModelDraft: Sendable {
    public let name: String
    public let method: String
    public let settings: [StoredModel.Setting]
    public let tensors: [TensorData]

    public init(
        name: String, method: String, settings: [StoredModel.Setting], tensors: [TensorData]
    ) {
        self.name = name
        self.method = method
        self.settings = settings
        self.tensors = tensors
    }
}
