import GraphStore
import Values

extension ContentPart.Kind {
    /// What a node has of this kind, as often as it has it. An embedding has no features.
    func forEachFeature(of node: NodeID, _ view: GraphView, _ body: (ContentFeature) -> Void) {
        switch self {
        case .text(let key):
            Self.forEachText(view.property(key, ofNode: node)) { text in
                for term in TextAnalyzer.standard.terms(text) { body(.text(term)) }
            }
        case .category(let key):
            Self.forEachText(view.property(key, ofNode: node)) { body(.text(Array($0.utf8))) }
        case .neighbours(let type):
            for direction in Direction.allCases {
                view.adjacency(type, direction).forEachRun(
                    of: node, options: .withoutRelationships
                ) { nodes, _ in
                    for node in nodes { body(.node(node)) }
                }
            }
        case .embedding: break
        }
    }

    private static func forEachText(_ value: Value, _ body: (String) -> Void) {
        switch value {
        case .null: break
        case .string(let text): body(text)
        case .list(let values): for value in values { forEachText(value, body) }
        default: body(value.cypherText)
        }
    }
}
