import Cypher

/// Advice: names that the database has never seen, patterns without an end.
extension Binder {
    func noteLabel(_ name: Name) {
        if context.catalog.hasLabel(name.text) { return }
        note(
            "UnknownLabelWarning", "The label is not in the database",
            "No node has ever had the label `\(name.text)`."
                + NearestName.hint(for: name.text, among: context.catalog.labelNames), name.range)
    }

    func noteType(_ name: Name) {
        if context.catalog.hasType(name.text) { return }
        note(
            "UnknownRelationshipTypeWarning", "The relationship type is not in the database",
            "No relationship has ever had the type `\(name.text)`."
                + NearestName.hint(for: name.text, among: context.catalog.typeNames), name.range)
    }

    func noteKey(_ name: Name) {
        if context.catalog.hasPropertyKey(name.text) { return }
        note(
            "UnknownPropertyKeyWarning", "The property key is not in the database",
            "Nothing has ever had the property `\(name.text)`."
                + NearestName.hint(for: name.text, among: context.catalog.propertyKeyNames),
            name.range)
    }

    /// `range`: the pattern's.
    func noteUnbounded(_ range: SourceRange) {
        context.notify(
            Notification(
                code: "Neo.ClientNotification.Statement.UnboundedVariableLengthPattern",
                title: "The pattern has no upper bound",
                description: "A walk of any length can take very long: give it an upper bound, "
                    + "such as `*..5`, where you can.",
                severity: .information, category: "PERFORMANCE", range: range))
    }

    private func note(
        _ code: String, _ title: String, _ description: String, _ range: SourceRange
    ) {
        context.notify(
            Notification(
                code: "Neo.ClientNotification.Statement.\(code)", title: title,
                description: description, severity: .warning, category: Notification.unknownNames,
                range: range))
    }
}
