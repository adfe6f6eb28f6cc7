/// The names of a bulk load and the sets of labels that its nodes have. One thread at a time uses
/// it: whoever fills the batches, and in the end the builder that writes it.
public final class BulkNames {
    private(set) var catalogue = Catalogue.empty
    /// Ascending, without repetition; by ``LabelSet/number``.
    private(set) var labelSets: [[LabelID]] = []
    private var numbers: [[LabelID]: LabelSet] = [:]

    init() {}

    /// Errors of all three: `limitExceeded`, and `unstorable` for a name that cannot be one.
    public func label(_ name: String) throws(StoreError) -> LabelID { try token(.label, name) }
    public func type(_ name: String) throws(StoreError) -> TypeID { try token(.type, name) }
    public func key(_ name: String) throws(StoreError) -> KeyID { try token(.key, name) }

    private func token(_ kind: Catalogue.Kind, _ name: String) throws(StoreError) -> UInt32 {
        if let id = catalogue.id(kind, name) { return id }
        try Catalogue.check(name: name)
        let count = catalogue.names(kind).count
        guard count < Catalogue.maximumNames else {
            throw .limitExceeded("more than \(Catalogue.maximumNames) names of one kind")
        }
        catalogue = catalogue.adding(kind, name)
        return UInt32(count)
    }

    /// The set of these labels, in any order. Few different ones occur. Errors: `limitExceeded`.
    public func labelSet(_ labels: [LabelID]) throws(StoreError) -> LabelSet {
        let sorted = labels.count < 2 ? labels : Set(labels).sorted()
        if let known = numbers[sorted] { return known }
        var header: [UInt8] = []
        try NodeRecord.append(labels: sorted, to: &header)
        let set = LabelSet(number: UInt32(labelSets.count), recordHeader: header)
        labelSets.append(sorted)
        numbers[sorted] = set
        return set
    }
}

/// The labels of a node, known to a ``BulkNames``.
public struct LabelSet: Sendable {
    let number: UInt32
    /// How the record of a node with these labels begins.
    let recordHeader: [UInt8]
}
