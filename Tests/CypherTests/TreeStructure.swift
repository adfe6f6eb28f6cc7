import Cypher

/// A tree as text without places and spellings: what two texts that mean the same have in common.
func structure(_ value: Any) -> String {
    var text = ""
    write(value, to: &text)
    return text
}

private func write(_ value: Any, to text: inout String) {
    if value is SourceRange { return }
    if let name = value as? Name {
        text += "#\(name.text)"
        return
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct?, .class?, .tuple?, .collection?:
        text += mirror.displayStyle == .collection ? "[" : "("
        for child in mirror.children {
            if child.value is SourceRange { continue }
            // How a column is spelled is no part of the tree that it stands for.
            if value is ProjectionItem, child.label == "text" { continue }
            if let label = child.label { text += "\(label):" }
            write(child.value, to: &text)
            text += ","
        }
        text += mirror.displayStyle == .collection ? "]" : ")"
    case .optional?:
        guard let child = mirror.children.first else {
            text += "nil"
            return
        }
        write(child.value, to: &text)
    case .enum?:
        guard let child = mirror.children.first else {
            text += "\(value)"
            return
        }
        text += child.label ?? "?"
        write(child.value, to: &text)
    default:
        text += "\(value)"
    }
}
