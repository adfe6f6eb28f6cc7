import GraphStore
import Values

/// What of one part became features.
struct FeatureVocabulary: Sendable {
    let part: FeatureSpace.Part
    /// The number of its first feature.
    let first: Int32
    private var mean = 0.0
    private var deviation = 1.0
    /// Values, in the order of their numbers; a number has none.
    private var values: [ContentFeature] = []
    private var places: [ContentFeature: Int32] = [:]

    /// In deviations from the mean: one outlier must not throw gradient descent off its way.
    static let numberLimit = 3.0

    init(part: FeatureSpace.Part, first: Int32) {
        self.part = part
        self.first = first
    }

    var count: Int { part.source == .numbers ? 1 : values.count }

    private func number(of node: NodeID, _ view: GraphView) -> Double? {
        guard let key = view.key(part.name),
            let number = Moment.seconds(view.property(key, ofNode: node)), number.isFinite
        else { return nil }
        return number
    }

    /// Learns what there is from the nodes of the fit. Returns whether they have anything, frequent or
    /// not. Errors: the monitor's.
    mutating func take(
        _ nodes: [NodeID], _ limits: FeatureSpace.Limits, _ view: GraphView, _ monitor: WorkMonitor
    ) throws -> Bool {
        if part.source == .numbers { return try takeNumbers(of: nodes, view, monitor) }
        guard let kind = part.kind(view) else { return false }
        return try takeValues(kind, of: nodes, limits, view, monitor)
    }

    private mutating func takeNumbers(
        of nodes: [NodeID], _ view: GraphView, _ monitor: WorkMonitor
    ) throws -> Bool {
        let numbers = try nodes.compactMap { node in
            try monitor.checkpoint()
            return number(of: node, view)
        }
        guard !numbers.isEmpty else { return false }
        mean = numbers.reduce(0, +) / Double(numbers.count)
        let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        // All alike: the feature is 0 everywhere.
        if squares > 0 { deviation = (squares / Double(numbers.count)).squareRoot() }
        return true
    }

    private mutating func takeValues(
        _ kind: ContentPart.Kind, of nodes: [NodeID], _ limits: FeatureSpace.Limits,
        _ view: GraphView, _ monitor: WorkMonitor
    ) throws -> Bool {
        var met: [ContentFeature] = []
        var counts: [ContentFeature: (place: Int, nodes: Int)] = [:]
        for node in nodes {
            try monitor.checkpoint()
            var own: Set<ContentFeature> = []
            kind.forEachFeature(of: node, view) { feature in
                guard own.insert(feature).inserted else { return }
                if let (place, nodes) = counts[feature] {
                    counts[feature] = (place, nodes + 1)
                } else {
                    counts[feature] = (met.count, 1)
                    met.append(feature)
                }
            }
        }
        var kept = counts.values.filter { $0.nodes >= limits.minimumNodes }
        kept.sort { ($1.nodes, $0.place) < ($0.nodes, $1.place) }
        values = kept.prefix(limits.maximumFeatures).map { met[$0.place] }
        number()
        return !met.isEmpty
    }

    private mutating func number() {
        for (place, value) in values.enumerated() { places[value] = Int32(place) }
    }

    /// Adds what a node has to its features.
    func add(_ node: NodeID, to features: inout FeatureVector, _ view: GraphView) {
        guard part.source != .numbers else {
            guard let number = number(of: node, view) else { return }
            let limit = Self.numberLimit
            features.numbers.append(first)
            features.values.append(
                Float(max(-limit, min(limit, (number - mean) / deviation))))
            return
        }
        guard let kind = part.kind(view) else { return }
        var own: [Int32] = []
        kind.forEachFeature(of: node, view) { value in
            if let place = places[value] { own.append(first + place) }
        }
        own.sort()
        let before = features.numbers.count
        for number in own where features.numbers.last != number { features.numbers.append(number) }
        let added = features.numbers.count - before
        let share = 1 / Float(added).squareRoot()
        features.values.append(contentsOf: repeatElement(share, count: added))
    }

    // MARK: Storage

    /// All values of a part are nodes, or all are texts, whose bytes are a number each.
    func tensors(_ name: String) -> [TensorData] {
        var nodes: [UInt64] = []
        var lengths: [Int32] = []
        var bytes: [Int32] = []
        for value in values {
            switch value {
            case .node(let node): nodes.append(node)
            case .text(let text):
                lengths.append(Int32(text.count))
                bytes.append(contentsOf: text.map { Int32($0) })
            }
        }
        return [
            TensorData(name + ".scale", [mean, deviation]), TensorData(name + ".nodes", nodes),
            TensorData(name + ".lengths", lengths), TensorData(name + ".bytes", bytes),
        ]
    }

    init(_ part: FeatureSpace.Part, first: Int, _ stored: TensorReader, _ name: String) throws {
        self.init(part: part, first: Int32(first))
        let scale = try stored.doubles(name + ".scale")
        var bytes = try stored.int32s(name + ".bytes").map { UInt8(truncatingIfNeeded: $0) }[...]
        let lengths = try stored.int32s(name + ".lengths").map { Int($0) }
        guard scale.count == 2, lengths.allSatisfy({ $0 >= 0 }),
            lengths.reduce(0, +) == bytes.count
        else { throw MethodError("the features of the model are damaged") }
        (mean, deviation) = (scale[0], scale[1])
        values = try stored.int64s(name + ".nodes").map { .node($0) }
        for length in lengths {
            values.append(.text(Array(bytes.prefix(length))))
            bytes = bytes.dropFirst(length)
        }
        number()
    }
}

extension FeatureSpace.Part {
    var description: String {
        switch source {
        case .numbers: "a number or a time as `\(name)`"
        case .categories: "a property `\(name)`"
        case .neighbours: "relationships of the type \(name)"
        }
    }

    /// Nil where the database has never seen the name.
    func kind(_ view: GraphView) -> ContentPart.Kind? {
        source == .neighbours
            ? view.type(name).map { .neighbours($0) } : view.key(name).map { .category($0) }
    }
}
