public import GraphStore
import LinearAlgebra
public import Values

/// A fitted model with its nodes: ready to recommend on any snapshot, and to be stored.
///
/// The user's side is always live: a recommendation reads what the user has from the snapshot, so
/// that the last click counts at once. Items that came after the fit are scored by a
/// ``PropertyModel``, see ``extended(in:)``, and by itemKNN, whose item side follows every commit.
public struct TrainedModel: Sendable {
    public let method: any RecommenderMethod.Type
    public let options: MethodOptions
    public let source: ModelSource
    public let fitted: any FittedModel
    /// By row and by column of the fit, ascending.
    public let users: [NodeID]
    public let items: [NodeID]
    /// Items that came after the fit, ascending; they are numbered behind ``items``.
    public let newItems: [NodeID]
    /// By row: what the user had at the fit, see ``UserHistory/fingerprint``.
    private let fingerprints: [UInt64]
    /// What the fit saw; nil where it was not a snapshot.
    private let moment: GraphMoment?
    /// For a stored itemKNN: its item side, as current as the view that asks.
    private let currentRows: CurrentItemRows?

    /// Fits a method; methods that learn from properties read them in `view`.
    public static func fit(
        _ method: any RecommenderMethod.Type, _ given: [String: MethodOption.Value],
        source: ModelSource, to interactions: InteractionMatrix, _ training: Training,
        in view: GraphView? = nil
    ) throws -> TrainedModel {
        guard interactions.matrix.count > 0 else {
            throw MethodError(
                "\(method.name): there are no relationships of the type \(source.type) to learn from"
            )
        }
        let options = try MethodOptions(given, for: method.options, of: method.name)
        let fitted = try method.init(options).fit(interactions, training, in: view)
        return TrainedModel(
            method: method, options: options, source: source, fitted: fitted,
            users: interactions.users, items: interactions.items,
            fingerprints: (0..<interactions.users.count).map {
                interactions.history($0).fingerprint
            },
            moment: interactions.moment)
    }

    /// From the database. Errors: ``MethodError``, the store's.
    public init(_ model: StoredModel, _ view: GraphView) throws {
        method = try Methods.named(model.method)
        var given: [String: MethodOption.Value] = [:]
        for setting in model.settings where setting.name.hasPrefix(Self.optionPrefix) {
            given[String(setting.name.dropFirst(Self.optionPrefix.count))] =
                MethodOption.Value(encoded: setting.value)
        }
        options = try MethodOptions(given, for: method.options, of: method.name)
        source = try ModelSource(model)
        users = try view.ids("users", of: model)
        items = try view.ids("items", of: model)
        newItems = []
        fingerprints = try view.ids("fingerprints", of: model)
        fitted = try method.restore(TensorReader(options: options, view: view, model: model))
        moment =
            try model.tensors.contains { $0.name == Self.momentTensor }
            ? view.ids(Self.momentTensor, of: model).first.map {
                GraphMoment(relationshipChanges: $0)
            } : nil
        if let rows = fitted as? ItemRowsModel, method == ItemKNNMethod.self {
            currentRows = try CurrentItemRows(
                source, options, rows: rows.rows, items: items, moment: moment)
        } else {
            currentRows = nil
        }
        guard fitted.itemCount == items.count, fingerprints.count == users.count else {
            throw MethodError("the model '\(model.name)' is damaged: its parts do not fit")
        }
    }

    private init(
        method: any RecommenderMethod.Type, options: MethodOptions, source: ModelSource,
        fitted: any FittedModel, users: [NodeID], items: [NodeID], newItems: [NodeID] = [],
        fingerprints: [UInt64], moment: GraphMoment?
    ) {
        self.method = method
        self.options = options
        self.source = source
        self.fitted = fitted
        self.users = users
        self.items = items
        self.newItems = newItems
        self.fingerprints = fingerprints
        self.moment = moment
        currentRows = nil
    }

    static let optionPrefix = "option."
    private static let momentTensor = "moment"

    /// What to publish.
    public func draft(name: String) -> ModelDraft {
        ModelDraft(
            name: name, method: method.name,
            settings: source.settings
                + options.values.sorted { $0.key < $1.key }.map {
                    StoredModel.Setting(Self.optionPrefix + $0.key, $0.value.encoded)
                },
            tensors: [
                TensorData("users", users), TensorData("items", items),
                TensorData("fingerprints", fingerprints),
                TensorData(Self.momentTensor, moment.map { [$0.relationshipChanges] } ?? []),
            ] + fitted.tensors.map { $0.renamed(TensorReader.prefix + $0.tensor.name) })
    }

    /// Items that came after the fit and are scored: the latest, where there are more.
    public static let newItemLimit = 100_000

    /// The model with the items that have come into the snapshot since the fit, where it knows nodes
    /// by what they are.
    ///
    /// Cost: a scan of the items' label, and some microseconds for each new item. Errors: the
    /// store's.
    func extended(in view: GraphView) throws -> TrainedModel {
        guard let model = fitted as? any PropertyModel,
            let label = model.itemLabel.flatMap({ view.label($0) })
        else { return self }
        var found: [NodeID] = []
        let scan = view.nodes(label: label)
        var block: ContiguousArray<UInt64> = []
        while try scan.next(2048, into: &block) > 0 {
            for node in block where items.sortedPlace(of: node) == nil { found.append(node) }
            block.removeAll(keepingCapacity: true)
        }
        guard !found.isEmpty else { return self }
        found = Array(found.suffix(Self.newItemLimit))
        return TrainedModel(
            method: method, options: options, source: source,
            fitted: model.extended(by: found, view), users: users, items: items, newItems: found,
            fingerprints: fingerprints, moment: moment)
    }

    /// An item's number in the model.
    public func number(of item: NodeID) -> Int32? {
        let place =
            items.sortedPlace(of: item)
            ?? newItems.sortedPlace(of: item).map { items.count + $0 }
        return place.map { Int32(truncatingIfNeeded: $0) }
    }

    /// The item of a number.
    public func item(_ number: Int32) -> NodeID {
        Int(number) < items.count ? items[Int(number)] : newItems[Int(number) - items.count]
    }

    /// What the user has now, by the model's numbers.
    public func history(of user: NodeID, _ view: GraphView) -> UserHistory {
        var entries: [(item: Int32, weight: Float)] = []
        var unknown = false
        source.forEachInteraction(of: user, view) { node, weight, time in
            guard let item = number(of: node) else {
                unknown = true
                return
            }
            if entries.last?.item == item {
                entries[entries.count - 1].weight += weight
            } else {
                entries.append((item, weight))
            }
        }
        // They come in the order of node ids, and new items have the last numbers.
        if !newItems.isEmpty { entries.sort { $0.item < $1.item } }
        var history = UserHistory(
            row: nil, items: entries.map(\.item), weights: entries.map(\.weight))
        history.features = (fitted as? any PropertyModel)?.features(ofUser: user, view)
        if !unknown, let row = users.sortedPlace(of: user),
            fingerprints[row] == history.fingerprint
        {
            history.row = row
        }
        return history
    }

    /// The best items for a user, the best first; ties by node id.
    ///
    /// `isExcluded` and the filter are asked inside the search, so that `k` are found where there
    /// are `k`.
    /// Cost: the method's for one user, and a pass over all items.
    public func recommend(
        to user: NodeID, _ view: GraphView, k: Int, excludeSeen: Bool = true, reasons: Int = 0,
        isExcluded: (NodeID) throws -> Bool = { _ in false }, filter: ItemFilter? = nil,
        checkpoint: () throws -> Void = {}
    ) throws -> [Recommendation] {
        if let currentRows {
            return try currentRows.recommend(
                to: user, view, k: k, excludeSeen: excludeSeen, reasons: reasons,
                isExcluded: isExcluded, filter: filter, checkpoint: checkpoint)
        }
        let history = history(of: user, view)
        let scores = Matrix(rows: 1, columns: max(1, fitted.itemCount))
        return try withExtendedLifetime(scores) {
            let all = UnsafeMutableBufferPointer(start: scores.elements, count: fitted.itemCount)
            try fitted.score(history, into: all)
            if excludeSeen { for item in history.items { all[Int(item)] = -.infinity } }
            return try best(k, UnsafeBufferPointer(all), filter, isExcluded)
                .map { item in
                    Recommendation(
                        item: self.item(item), score: Double(all[Int(item)]),
                        reasons: reasons > 0 ? self.reasons(history, item, reasons) : [])
                }
        }
    }

    /// With a filter more and more of the best are looked at until `k` of them pass.
    private func best(
        _ k: Int, _ scores: UnsafeBufferPointer<Float>, _ filter: ItemFilter?,
        _ isExcluded: (NodeID) throws -> Bool
    ) throws -> [Int32] {
        var wanted = filter == nil ? k : max(4 * k, 64)
        while true {
            let best = try TopItems.best(wanted, scores) { try isExcluded(item($0)) }
            let found = try filter.first(k, of: best) { item($0) }
            if found.count == k || best.count < wanted { return found }
            wanted *= 4
        }
    }

    private func reasons(_ history: UserHistory, _ item: Int32, _ limit: Int)
        -> [Recommendation.Reason]
    {
        guard let contributions = fitted.contributions(history, to: item) else { return [] }
        let order = contributions.indices.filter { contributions[$0] > 0 }
            .sorted { contributions[$0] > contributions[$1] }
        return order.prefix(limit).map { place in
            let weight = Double(history.weights[place])
            return Recommendation.Reason(
                node: self.item(history.items[place]),
                similarity: weight == 0 ? 0 : Double(contributions[place]) / weight, weight: weight,
                contribution: Double(contributions[place]))
        }
    }

    /// Scores of some items for a user; nil for items that the model does not know.
    public func scores(_ user: NodeID, items nodes: [NodeID], _ view: GraphView) throws
        -> [Double?]
    {
        if let currentRows { return try currentRows.scores(user, items: nodes, view) }
        let numbers = nodes.map(number)
        var scores = try fitted.score(history(of: user, view), items: numbers.compactMap(\.self))
            .makeIterator()
        return numbers.map { $0 == nil ? nil : scores.next().map(Double.init) }
    }
}

/// Which relationships a model learned from, and reads again for a user.
public struct ModelSource: Sendable {
    public let type: String
    /// From users to items.
    public let direction: Direction
    /// Property names.
    public let weight: String?
    public let timestamp: String?

    public init(type: String, direction: Direction, weight: String?, timestamp: String? = nil) {
        self.type = type
        self.direction = direction
        self.weight = weight
        self.timestamp = timestamp
    }

    init(_ model: StoredModel) throws {
        guard let type = model.setting("relationshipType"),
            let direction = model.setting("direction")
        else {
            throw MethodError("the model '\(model.name)' is damaged: it names no relationships")
        }
        self.init(
            type: type, direction: direction == "INCOMING" ? .incoming : .outgoing,
            weight: model.setting("weight"), timestamp: model.setting("timestamp"))
    }

    var settings: [StoredModel.Setting] {
        var settings = [
            StoredModel.Setting("relationshipType", type),
            StoredModel.Setting("direction", direction == .incoming ? "INCOMING" : "OUTGOING"),
        ]
        if let weight { settings.append(.init("weight", weight)) }
        if let timestamp { settings.append(.init("timestamp", timestamp)) }
        return settings
    }

    public func interactions(_ view: GraphView, _ monitor: WorkMonitor) throws
        -> InteractionMatrix
    {
        guard let id = view.type(type) else {
            throw MethodError("there are no relationships of the type \(type)")
        }
        return try .read(
            view, type: id, direction: direction, weight: weight.flatMap { view.key($0) },
            timestamp: timestamp.flatMap { view.key($0) }, monitor: monitor)
    }

    /// What a user has in the snapshot: item, weight and time (0 where none was named), in the order
    /// of node ids.
    public func forEachInteraction(
        of user: NodeID, _ view: GraphView, _ body: (NodeID, Float, Double) -> Void
    ) {
        guard let id = view.type(type) else { return }
        let weightKey = weight.flatMap { view.key($0) }
        let timeKey = timestamp.flatMap { view.key($0) }
        let withRelationships = weightKey != nil || timeKey != nil
        view.adjacency(id, direction).forEachRun(
            of: user, options: withRelationships ? [] : .withoutRelationships
        ) { nodes, relationships in
            let weights = weightKey.map {
                view.numbers($0, of: .relationship, relationships, default: 1)
            }
            let times = timeKey.map {
                view.moments($0, of: .relationship, relationships)
            }
            for (place, node) in nodes.enumerated() {
                body(node, Float(weights?[place] ?? 1), times?[place] ?? 0)
            }
        }
    }
}

extension UserHistory {
    /// Tells one history from another: FNV-1a over items and weights.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt32) { hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3 }
        for place in items.indices {
            add(UInt32(bitPattern: items[place]))
            add(weights[place].bitPattern)
        }
        return hash
    }
}

extension StoredModel.Setting {
    private var isOption: Bool { name.hasPrefix(TrainedModel.optionPrefix) }

    /// As `model.fit` was told it.
    public var displayName: String {
        isOption ? String(name.dropFirst(TrainedModel.optionPrefix.count)) : name
    }

    public var option: MethodOption.Value {
        isOption ? MethodOption.Value(encoded: value) : .text(value)
    }
}
