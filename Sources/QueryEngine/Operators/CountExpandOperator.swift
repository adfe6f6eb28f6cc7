import Cypher
import GraphStore
import Values

/// Multiplies each row's weight by the number of ways in which its counted hops can be taken. No
/// row is made of any of them; rows without a way go.
///
/// With degrees d and relationships of the row that a hop could meet again t, one hop has d − t
/// ways. Two hops that could meet have (d₁ − t₁)(d₂ − t₂) less the relationships that both could
/// take: the |L₁ ∩ L₂| that lie in both lists, less those of them which are taken.
final class CountExpandOperator: Operator {
    private let child: any Operator
    private let count: CountExpand
    private let output: [Slot]
    private let counters: [HopCounter]
    /// Counts what lies in both hops' lists, where that is not the loops.
    private let common: HopCounter?
    private let context: QueryContext

    init(child: any Operator, count: CountExpand, output: [Slot], context: QueryContext) {
        self.child = child
        self.count = count
        self.context = context
        self.output = output
        counters = count.hops.map { HopCounter($0, context: context) }
        common = Self.commonHop(count.hops).map { HopCounter($0, context: context) }
    }

    /// Seen from one node, both hops can take what lies in the narrower of two equal directions;
    /// of opposite ones only loops.
    private static func commonHop(_ hops: [CountExpand.Hop]) -> CountExpand.Hop? {
        guard hops.count == 2 else { return nil }
        let (one, two) = (hops[0].direction, hops[1].direction)
        guard one == two || one == .either || two == .either else { return nil }
        return CountExpand.Hop(
            types: hops[0].types, direction: one == .either ? two : one,
            labels: hops[0].labels + hops[1].labels)
    }

    func next() throws -> Batch? {
        while let input = try child.next() {
            try context.checkpoint()
            if let batch = try weigh(input) { return batch }
        }
        return nil
    }

    func rewind() { child.rewind() }

    private func weigh(_ input: Batch) throws -> Batch? {
        let sources = try input[count.from].nodeIDs()
        var weights = try ways(input, sources)
        if let times = count.times { try multiply(&weights, by: input.weights(in: times)) }
        let rows = ContiguousArray.rows(weights.count) { weights[$0] != 0 }
        if rows.isEmpty { return nil }
        var batch = input.keeping(output.filter { $0 != count.weight })
        if rows.count < weights.count {
            batch = batch.gathered(rows)
            weights = weights.elements(atAscending: rows)
        }
        batch[count.weight] = .integers(weights, .allValid)
        return batch
    }

    private func multiply(
        _ weights: inout ContiguousArray<Int64>, by factors: ContiguousArray<Int64>
    ) throws {
        for row in 0..<weights.count { weights[row] = try Self.product(weights[row], factors[row]) }
    }

    private static func product(_ left: Int64, _ right: Int64) throws(QueryError) -> Int64 {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        if overflow { throw .tooManyMatches }
        return product
    }

    // MARK: Ways

    private func ways(_ input: Batch, _ sources: ContiguousArray<NodeID>) throws
        -> ContiguousArray<Int64>
    {
        var first = try counters[0].counts(sources)
        if counters.count == 1 {
            for flags in try meetings(input, sources).map({ $0[0] }) {
                for row in 0..<first.count { first[row] -= Int64(flags[row]) }
            }
            return first
        }
        var second = try counters[1].counts(sources)
        var both = try common?.counts(sources) ?? loops(sources)
        for flags in try meetings(input, sources) {
            for row in 0..<first.count {
                first[row] -= Int64(flags[0][row])
                second[row] -= Int64(flags[1][row])
                both[row] -= Int64(flags[0][row] & flags[1][row])
            }
        }
        for row in 0..<first.count {
            first[row] = try Self.product(first[row], second[row]) - both[row]
        }
        return first
    }

    /// Of loops, those that both hops can take.
    private func loops(_ sources: ContiguousArray<NodeID>) -> ContiguousArray<Int64> {
        var loops = counters[0].loops(sources)
        let fits = counters[1].fits(sources)
        for row in 0..<loops.count { loops[row] *= Int64(fits[row]) }
        return loops
    }

    /// For each taken relationship and each hop: 1 where the hop could meet it.
    private func meetings(_ input: Batch, _ sources: ContiguousArray<NodeID>) throws
        -> [[ContiguousArray<UInt8>]]
    {
        try count.taken.map { taken in
            let starts = try input[taken.start].nodeIDs()
            let ends = try input[taken.end].nodeIDs()
            return zip(count.hops, counters).map { hop, counter in
                var flags = ContiguousArray<UInt8>(repeating: 0, count: sources.count)
                if hop.direction != .incoming {
                    Self.mark(sources, equalTo: starts, fits: counter.fits(ends), in: &flags)
                }
                if hop.direction != .outgoing {
                    Self.mark(sources, equalTo: ends, fits: counter.fits(starts), in: &flags)
                }
                return flags
            }
        }
    }

    private static func mark(
        _ sources: ContiguousArray<NodeID>, equalTo ends: ContiguousArray<NodeID>,
        fits: ContiguousArray<UInt8>, in flags: inout ContiguousArray<UInt8>
    ) {
        for row in 0..<sources.count where sources[row] == ends[row] { flags[row] |= fits[row] }
    }
}

extension QueryError {
    /// Only where matches are counted without being made could there be so many.
    static var tooManyMatches: QueryError {
        QueryError(.arithmetic, "IntegerOverflow: there are more matches than 64 bits can count")
    }
}
