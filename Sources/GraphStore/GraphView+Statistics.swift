internal import Values

extension GraphView {
    /// How a property's values are distributed among the nodes with a label, or the relationships
    /// of a type; nil where there are no such names, or too few of the relationships among all to
    /// be found by chance.
    ///
    /// Cost: about a microsecond where it is known. Else a sample of a thousand entities is read: two
    /// to six milliseconds, and where the file is not in memory the pages that they lie on.
    public func statistics(of property: String, _ entity: EntityKind, _ labelOrType: String)
        -> PropertyStatistics?
    {
        guard let key = key(property) else { return nil }
        switch entity {
        case .node:
            guard let label = label(labelOrType) else { return nil }
            return statistics(
                PropertySubject(entity: .node, labelOrType: label, key: key),
                of: nodeCount(label: label))
        case .relationship:
            guard let type = type(labelOrType) else { return nil }
            return statistics(
                PropertySubject(entity: .relationship, labelOrType: type, key: key),
                of: relationshipCount(type: type))
        }
    }

    func statistics(_ subject: PropertySubject, of count: Int) -> PropertyStatistics? {
        let moment = StatisticsCache.Moment(count: count, change: change)
        if let known = core.statistics.statistics(subject, at: moment) { return known }
        let statistics: PropertyStatistics?
        do throws(StoreError) {
            statistics = try EntitySampler(view: self).sample(subject, of: count).map { ids in
                PropertyStatistics(
                    values(of: subject, ids), sampled: ids.count, total: count)
            }
        } catch {
            noteDamage("no cursor could be opened")
            return nil
        }
        core.statistics.store(statistics, of: subject, at: moment)
        return statistics
    }

    /// A few at a time: long strings are not all held at once.
    private func values(of subject: PropertySubject, _ ids: ContiguousArray<UInt64>)
        -> ContiguousArray<Value>
    {
        let step = 64
        var values = ContiguousArray<Value>()
        values.reserveCapacity(ids.count)
        for start in stride(from: 0, to: ids.count, by: step) {
            let count = min(step, ids.count - start)
            var builder = ColumnBuilder(capacity: count)
            ids.withUnsafeBufferPointer { ids in
                appendProperty(
                    subject.key, of: subject.entity, .init(rebasing: ids[start..<start + count]),
                    to: &builder)
            }
            let column = builder.build()
            for row in 0..<count { values.append(PropertyStatistics.kept(column.value(row))) }
        }
        return values
    }
}
