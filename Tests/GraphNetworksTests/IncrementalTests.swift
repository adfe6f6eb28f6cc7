import GraphAlgorithms
import GraphStore
import LinearAlgebra
import Testing
import Values

@testable import GraphNetworks

/// Results on the whole graph that follow commits are those of a recomputation from scratch.
@Suite struct IncrementalTests {
    enum Network: String, CaseIterable, Sendable {
        case gcn, weightedGCN, lightGCN, sageMean, sageMax, gat, gatv2, rgcn, gin, mixed

        /// A line for each step: name, class, inputs, arguments.
        private var steps: String {
            switch self {
            case .gcn:
                """
                c1 GCNConv x in_channels=3 out_channels=5
                n1 BatchNorm1d c1 num_features=5
                r1 ReLU n1
                c2 GCNConv r1 in_channels=5 out_channels=4 improved=true
                """
            case .weightedGCN:
                """
                c1 GCNConv x,edge_weight in_channels=3 out_channels=5
                c2 GCNConv c1,edge_weight in_channels=5 out_channels=4
                """
            case .lightGCN:
                """
                c1 LGConv x
                c2 LGConv c1
                s1 Add x,c1
                s2 Add s1,c2
                """
            case .sageMean:
                """
                c1 SAGEConv x in_channels=3 out_channels=5
                e1 ELU c1
                c2 SAGEConv e1 in_channels=5 out_channels=4 normalize=true
                lin Linear c2 in_features=4 out_features=2
                """
            case .sageMax:
                """
                c1 SAGEConv x in_channels=3 out_channels=4 aggr="max"
                c2 SAGEConv c1 in_channels=4 out_channels=4 aggr="max"
                c3 SAGEConv c2 in_channels=4 out_channels=4 aggr="max"
                """
            case .gat:
                """
                c1 GATConv x in_channels=3 out_channels=3 heads=2
                c2 GATConv c1 in_channels=6 out_channels=4
                """
            case .gatv2:
                """
                c1 GATv2Conv x in_channels=3 out_channels=3 heads=2 concat=false
                c2 GATv2Conv c1 in_channels=3 out_channels=4
                """
            case .rgcn:
                """
                c1 RGCNConv x,edge_type in_channels=3 out_channels=5 num_relations=2
                c2 RGCNConv c1,edge_type in_channels=5 out_channels=4 num_relations=2 aggr="sum"
                """
            case .gin:
                """
                c1 GINConv x eps=0.3 nn=\(perceptron(3))
                c2 GINConv c1 nn=\(perceptron(4))
                """
            case .mixed:
                """
                lin Linear x in_features=3 out_features=4
                type Embedding node_type num_embeddings=2 embedding_dim=4
                s0 Add lin,type
                c1 GATConv s0 in_channels=4 out_channels=4
                t1 Tanh c1
                c2 GCNConv t1 in_channels=4 out_channels=4
                c3 SAGEConv t1 in_channels=4 out_channels=4
                s1 Add c2,c3
                s2 Add s0,s1
                s3 Add s2,c1
                """
            }
        }

        private func perceptron(_ inputs: Int) -> String {
            let linear = #"{"in_features":\#(inputs),"out_features":4}"#
            return #"{"class":"Sequential","arguments":[{"class":"Linear","arguments":\#(linear)},"#
                + #"{"class":"Sigmoid","arguments":{}}]}"#
        }

        func model() throws -> NetworkModel {
            let list = try steps.split(separator: "\n").map { line -> Value in
                let words = line.split(separator: " ").map(String.init)
                let arguments = try words.dropFirst(3).map { word in
                    let parts = word.split(separator: "=", maxSplits: 1)
                    return (String(parts[0]), try JSONReader.read(utf8: Array(parts[1].utf8)))
                }
                return .map([
                    "name": .string(words[0]), "class": .string(words[1]),
                    "inputs": .list(words[2].split(separator: ",").map { .string(String($0)) }),
                    "arguments": .map(ValueMap(arguments)),
                ])
            }
            return try NetworkModel(NetworkDescription(.map(["steps": .list(list)])), seed: 5)
        }
    }

    /// The largest difference from a recomputation.
    private func error(
        _ graph: ChangingGraph, _ nodes: [NodeID], _ model: NetworkModel, _ view: GraphView,
        _ inputs: GraphInputs, _ current: CurrentEmbeddings, all: [NodeID]? = nil
    ) throws -> Float {
        let found = try current.embeddings(of: nodes, "m", model, view, inputs)
        let expected = try ChangingGraph.results(
            of: nodes, model, view, inputs, all: all ?? graph.nodes)
        #expect(found.rows == nodes.count && found.columns == expected.columns)
        return found.differs(from: expected)
    }

    @Test(arguments: Network.allCases)
    func followsRandomCommits(_ network: Network) throws {
        let graph = try ChangingGraph(seed: 3)
        let model = try network.model()
        let current = CurrentEmbeddings()
        for oneWay in [false, true] {
            let inputs = graph.inputs(oneWay: oneWay)
            for round in 0..<12 {
                let older = try graph.store.beginRead()
                defer { older.close() }
                let olderNodes = graph.nodes
                try graph.commit(graph.randomChanges(atMost: round % 4 == 3 ? 12 : 3))
                let view = try graph.store.beginRead()
                defer { view.close() }
                let asked =
                    round % 5 == 0 ? graph.nodes : (0..<3).map { _ in graph.anyNode() }
                #expect(try error(graph, asked, model, view, inputs, current) < 1e-5)
                // A snapshot from before the commit, after a later one was asked.
                let some = Array(olderNodes.prefix(4))
                #expect(
                    try error(graph, some, model, older, inputs, current, all: olderNodes) < 1e-5)
            }
        }
    }

    @Test(arguments: [Network.gcn, .gat, .mixed])
    func seesWhatIsNotCommitted(_ network: Network) throws {
        let graph = try ChangingGraph(seed: 4)
        let model = try network.model()
        let current = CurrentEmbeddings()
        let inputs = graph.inputs()
        func committedError() throws -> Float {
            let view = try graph.store.beginRead()
            defer { view.close() }
            return try error(graph, graph.nodes, model, view, inputs, current)
        }
        #expect(try committedError() < 1e-5)
        for _ in 0..<6 {
            try graph.commit(graph.randomChanges(atMost: 3))
            try graph.beforeRollback(of: graph.randomChanges(atMost: 4)) { view, nodes in
                let found = try current.embeddings(of: nodes, "m", model, view, inputs)
                let expected = try ChangingGraph.results(
                    of: nodes, model, view, inputs, all: nodes)
                #expect(found.differs(from: expected) < 1e-5)
            }
            #expect(try committedError() < 1e-5)
        }
    }

    @Test func computesOnlyWhatACommitReaches() throws {
        // A chain, in which messages flow one way: a change reaches the next two.
        let graph = try ChangingGraph(seed: 5, nodes: 40, degree: 0)
        let nodes = graph.nodes
        try graph.commit(
            (1..<40).map { .relationship(type: 0, nodes[$0 - 1], nodes[$0], weight: 1) })
        let model = try Network.sageMean.model()
        let current = CurrentEmbeddings()
        func ask(_ asked: [NodeID]) throws -> Int {
            let view = try graph.store.beginRead()
            defer { view.close() }
            _ = try current.embeddings(of: asked, "m", model, view, graph.inputs(oneWay: true))
            return current.statuses[0].lastComputed
        }
        // The node itself, and it with its neighbour in the layer before.
        #expect(try ask([nodes[20]]) == 3)
        #expect(try ask([nodes[20]]) == 0)
        #expect(try ask(nodes) == 80 - 3)
        #expect(try ask(nodes) == 0)
        // Its own two rows, the next one's two, and the last row of the one after that.
        try graph.commit([.features(nodes[10], [1, 2, 3])])
        #expect(try ask([nodes[30]]) == 0)
        #expect(try ask(nodes) == 5)
        // Both rows of the end, and one of the node behind it.
        try graph.commit([.relationship(type: 1, nodes[0], nodes[20], weight: 1)])
        #expect(try ask([nodes[20]]) == 2)
        #expect(try ask(nodes) == 1)
        // What the network does not read.
        try graph.commit([.labels(nodes[5], both: true, label: 0)])
        #expect(try ask(nodes) == 0)
        #expect(current.statuses[0].computed == 80 + 8)
    }

    @Test func memoryIsBounded() throws {
        let graph = try ChangingGraph(seed: 6)
        let inputs = graph.inputs()
        let view = try graph.store.beginRead()
        defer { view.close() }
        let (sage, gat) = (try Network.sageMean.model(), try Network.gat.model())
        // A page of each stage of one network, but not of both.
        let current = CurrentEmbeddings(memoryBytes: 60_000)
        #expect(try error(graph, graph.nodes, sage, view, inputs, current) < 1e-5)
        #expect(current.statuses.map(\.byteCount).reduce(0, +) > 30_000)
        #expect(try error(graph, graph.nodes, gat, view, inputs, current) < 1e-5)
        #expect(current.statuses.count == 1)
        #expect(try error(graph, graph.nodes, sage, view, inputs, current) < 1e-5)
        let tiny = CurrentEmbeddings(memoryBytes: 1_000)
        #expect(throws: NetworkError.self) {
            try tiny.embeddings(of: graph.nodes, "m", sage, view, inputs)
        }
        #expect(tiny.statuses.allSatisfy { $0.rows == 0 })
    }

    @Test func whatNodesLackIsAnErrorUntilItIsThere() throws {
        let graph = try ChangingGraph(seed: 7)
        let model = try Network.sageMean.model()
        let current = CurrentEmbeddings()
        func worst() throws -> Float {
            let view = try graph.store.beginRead()
            defer { view.close() }
            return try error(graph, graph.nodes, model, view, graph.inputs(), current)
        }
        #expect(try worst() < 1e-5)
        for vector in [[], [1, 2]] as [[Float]] {
            try graph.commit([.features(graph.nodes[3], vector)])
            #expect(throws: NetworkError.self) { try worst() }
            try graph.commit([.features(graph.nodes[3], [3, 2, 1])])
            #expect(try worst() < 1e-5)
        }
    }

    @Test func stopsWhenAsked() throws {
        struct Stopped: Error {}
        let graph = try ChangingGraph(seed: 8)
        let model = try Network.gat.model()
        let current = CurrentEmbeddings()
        let view = try graph.store.beginRead()
        defer { view.close() }
        #expect(throws: Stopped.self) {
            try current.embeddings(
                of: graph.nodes, "m", model, view, graph.inputs(),
                monitor: WorkMonitor(checkpoint: { throw Stopped() }))
        }
        #expect(try error(graph, graph.nodes, model, view, graph.inputs(), current) < 1e-5)
    }
}

extension Matrix {
    /// By how much in one element, at most.
    fileprivate func differs(from other: Matrix) -> Float {
        (0..<count).reduce(Float(0)) { max($0, abs(elements[$1] - other.elements[$1])) }
    }
}
