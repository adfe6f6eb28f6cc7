internal import Values

extension EncoderShape {
    /// The steps: a projection of features and an embedding of types, added up; then layers with an
    /// activation after each but the last.
    ///
    /// - Throws: ``NetworkError/model(_:)`` where there is nothing to start from, or heads do not fit.
    public func description() throws(NetworkError) -> NetworkDescription {
        var steps: [Value] = []
        var starts: [String] = []
        if let features {
            steps.append(
                step(
                    "projection", "Linear", ["x"],
                    [("in_features", .integer(Int64(features))), ("out_features", size(hidden))]))
            starts.append("projection")
        }
        if nodeTypes > 0 {
            steps.append(
                step(
                    "type_embedding", "Embedding", ["node_type"],
                    [("num_embeddings", size(nodeTypes)), ("embedding_dim", size(hidden))]))
            starts.append("type_embedding")
        }
        guard var current = starts.first else {
            throw .model("An encoder needs features of the nodes, or their labels.")
        }
        if starts.count == 2 {
            steps.append(step("sum", "Add", starts, []))
            current = "sum"
        }
        for number in 1...max(layers, 1) {
            let isLast = number == layers
            let name = "conv\(number)"
            steps.append(try convolution(name, from: current, isLast: isLast))
            current = name
            if isLast { break }
            steps.append(
                step("act\(number)", layer == .gat ? "ELU" : "ReLU", [current], []))
            current = "act\(number)"
            if dropout > 0 {
                steps.append(
                    step("drop\(number)", "Dropout", [current], [("p", .float(Double(dropout)))]))
                current = "drop\(number)"
            }
        }
        return try NetworkDescription(.map(ValueMap([("steps", .list(steps))])))
    }

    private func convolution(_ name: String, from input: String, isLast: Bool)
        throws(NetworkError) -> Value
    {
        let outputs = isLast ? dimensions : hidden
        var arguments: [(String, Value)] = [("in_channels", size(hidden))]
        switch layer {
        case .gcn, .sage: arguments.append(("out_channels", size(outputs)))
        case .gat:
            guard isLast || hidden % heads == 0 else {
                throw .model("\(heads) heads do not divide \(hidden) columns.")
            }
            arguments += [
                ("out_channels", size(isLast ? outputs : hidden / heads)),
                ("heads", size(heads)), ("concat", .boolean(!isLast)),
            ]
        }
        let classes: [Layer: String] = [.gcn: "GCNConv", .sage: "SAGEConv", .gat: "GATConv"]
        return step(name, classes[layer] ?? "", [input, "edge_index"], arguments)
    }

    private func size(_ number: Int) -> Value { .integer(Int64(number)) }

    private func step(
        _ name: String, _ className: String, _ inputs: [String], _ arguments: [(String, Value)]
    ) -> Value {
        .map(
            ValueMap([
                ("name", .string(name)), ("class", .string(className)),
                ("inputs", .list(inputs.map(Value.string))),
                ("arguments", .map(ValueMap(arguments))),
            ]))
    }
}
