import Testing
import Values

@testable import GraphStore

@Suite struct StatisticsTests {
    /// Three standard errors of a share told from so many, and what cut values add.
    private static let shareError = 0.05

    private struct Population {
        let name: String
        let values: [Value]
    }

    private static func population(_ name: String, _ value: (inout SeededGenerator) -> Value)
        -> Population
    {
        var random = SeededGenerator(seed: 7)
        return Population(name: name, values: (0..<5_000).map { _ in value(&random) })
    }

    private static let populations = [
        population("uniform") { .integer(Int64.random(in: 0..<1_000, using: &$0)) },
        population("few") { .integer(Int64.random(in: 0..<5, using: &$0)) },
        population("unique") { .float(Double.random(in: -1e6...1e6, using: &$0)) },
        // Half of all are 1, a quarter 2, an eighth 3, …
        population("skewed") { .integer(Int64(($0.next() | 1 << 40).trailingZeroBitCount + 1)) },
        population("long-tailed") {
            .float(1 / Double.random(in: 0.0001...1, using: &$0))
        },
        population("strings") { random in
            let letters = (0..<4).map { _ in "aabbbcdeé".randomElement(using: &random)! }
            return .string("item " + String(letters))
        },
        population("mixed") { random in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .null
            case 1: .string("x\(Int.random(in: 0..<50, using: &random))")
            case 2: .list([.integer(1)])
            default: .float(Double.random(in: 0..<1, using: &random))
            }
        },
    ]

    private func statistics(_ values: [Value], sampled: Int) -> PropertyStatistics {
        var random = SeededGenerator(seed: 11)
        let sample = values.shuffled(using: &random).prefix(sampled)
        return PropertyStatistics(
            ContiguousArray(sample.map(PropertyStatistics.kept)), sampled: sample.count,
            total: values.count)
    }

    private func truth(_ values: [Value], _ test: (Value) -> Bool) -> Double {
        Double(values.count(where: test)) / Double(values.count)
    }

    @Test func rangesAreWithinTheError() {
        for population in Self.populations {
            let values = population.values
            let statistics = statistics(values, sampled: 1_024)
            let present = truth(values) { if case .null = $0 { false } else { true } }
            #expect(abs(statistics.presentShare - present) < Self.shareError)
            var random = SeededGenerator(seed: 3)
            for _ in 0..<20 {
                let bounds = [
                    values.randomElement(using: &random)!, values.randomElement(using: &random)!,
                ]
                let (low, high) = (bounds[0], bounds[1])
                let above = truth(values) { Value.isGreater($0, low) ?? false }
                let between = truth(values) {
                    (Value.isGreaterOrEqual($0, low) ?? false) && (Value.isLess($0, high) ?? false)
                }
                if case .list = low { continue }
                let one = statistics.share(from: .init(low, inclusive: false), to: nil)
                let both = statistics.share(
                    from: .init(low, inclusive: true), to: .init(high, inclusive: false))
                #expect(
                    abs((one ?? -1) - above) < Self.shareError, "\(population.name) > \(low)")
                #expect(
                    abs((both ?? -1) - between) < Self.shareError,
                    "\(population.name) from \(low) to \(high)")
            }
        }
    }

    /// What is common is counted, within the error; what is rare is told from how many others are.
    @Test func equalityTellsCommonFromRare() throws {
        for population in Self.populations {
            let values = population.values
            let statistics = statistics(values, sampled: 1_024)
            for value in values.prefix(50) where value.isIndexable {
                guard let share = statistics.share(equalTo: value) else { continue }
                let real = truth(values) { Value.equals($0, value) ?? false }
                #expect(abs(share - real) < Self.shareError, "\(population.name) = \(value)")
                #expect(share < 8 * real + 0.002, "\(population.name) = \(value)")
            }
        }
        let unique = statistics(Self.populations[2].values, sampled: 1_024)
        let share = try #require(unique.share(equalTo: .integer(5)))
        #expect(share > 0.2 / 5_000 && share < 10.0 / 5_000)
    }

    @Test func prefixes() {
        let values = Self.populations.first { $0.name == "strings" }!.values
        let statistics = statistics(values, sampled: 1_024)
        for prefix in ["", "item ", "item b", "item bb", "item é", "z", "item aaa"] {
            let real = truth(values) {
                if case .string(let text) = $0 {
                    text.utf8.starts(with: prefix.utf8)
                } else {
                    false
                }
            }
            #expect(abs(statistics.share(startingWith: prefix) - real) < Self.shareError)
        }
    }

    /// Few entities are all in the sample: what is asked of them is exact.
    @Test func smallPopulationsAreExact() {
        let values: [Value] = [
            .integer(1), .float(1), .integer(2), .string("a"), .null, .float(.nan), .boolean(true),
            .date(DateValue(epochDay: 3)),
        ]
        let statistics = statistics(values, sampled: values.count)
        func bound(_ value: Value, _ inclusive: Bool = true) -> IndexCondition.Bound {
            IndexCondition.Bound(value, inclusive: inclusive)
        }
        #expect(statistics.presentShare == 7.0 / 8)
        #expect(statistics.share(equalTo: .integer(1)) == 2.0 / 8)
        #expect(statistics.share(from: bound(.integer(1)), to: nil) == 3.0 / 8)
        #expect(statistics.share(from: bound(.integer(1), false), to: nil) == 1.0 / 8)
        #expect(statistics.share(from: nil, to: bound(.float(1.5))) == 2.0 / 8)
        #expect(statistics.share(from: nil, to: bound(.string("b"))) == 1.0 / 8)
        #expect(statistics.share(from: nil, to: bound(.date(DateValue(epochDay: 4)))) == 1.0 / 8)
        // Of nothing there is as good as nothing.
        let nothing = 0.5 / 8
        #expect(statistics.share(equalTo: .integer(9)) == nothing)
        #expect(statistics.share(from: bound(.string("a")), to: bound(.integer(4))) == nothing)
        #expect(statistics.share(from: bound(.null), to: nil) == nothing)
        #expect(statistics.share(from: bound(.list([])), to: nil) == nil)
    }

    // MARK: Sampling

    /// Two runs of nodes with a label, far apart: what follows the gap is no more likely.
    @Test func gapsDoNotBiasASample() throws {
        let fixture = try StoreFixture()
        try fixture.store.write { writer in
            let (own, other) = (try writer.label("Own"), try writer.label("Other"))
            let key = try writer.key("x")
            for number in 0..<5_000 {
                let isOwn = number < 1_500 || number >= 4_700
                _ = try writer.createNode(
                    labels: [isOwn ? own : other],
                    properties: [(key: key, value: .integer(Int64(number)))])
            }
        }
        try fixture.read { view in
            let label = try #require(view.label("Own"))
            let subject = PropertySubject(
                entity: .node, labelOrType: label, key: try #require(view.key("x")))
            var sampler = EntitySampler(view: view)
            #expect(try sampler.sample(subject, of: 1_800)?.count == 1_024)
            sampler.walkedWhole = 100
            sampler.sampleSize = 400
            let drawn = try #require(try sampler.sample(subject, of: 1_800))
            #expect(drawn.count > 300 && drawn.count <= 400)
            #expect(drawn.allSatisfy { view.hasLabel($0, label) })
            #expect(drawn == ContiguousArray(Set(drawn).sorted()))
            let behind = Double(drawn.count { $0 >= 4_700 }) / Double(drawn.count)
            // A sixth: 300 of 1,800; its standard error is two points.
            #expect(abs(behind - 1.0 / 6) < 0.06)
        }
    }

    @Test func relationshipsOfRareTypesAreWalked() throws {
        let fixture = try StoreFixture()
        try fixture.store.write { writer in
            let (rare, common) = (try writer.type("RARE"), try writer.type("COMMON"))
            let key = try writer.key("x")
            let nodes = try (0..<20).map { _ in try writer.createNode(labels: [], properties: []) }
            for number in 0..<2_000 {
                _ = try writer.createRelationship(
                    type: number % 20 == 0 ? rare : common, start: nodes[number % 19],
                    end: nodes[number % 17],
                    properties: [(key: key, value: .integer(Int64(number)))])
            }
        }
        try fixture.read { view in
            let (rare, common) = (
                try #require(view.type("RARE")), try #require(view.type("COMMON"))
            )
            func sample(_ type: TypeID, _ sampler: EntitySampler, of count: Int) throws -> Int? {
                let subject = PropertySubject(
                    entity: .relationship, labelOrType: type, key: try #require(view.key("x")))
                let ids = try sampler.sample(subject, of: count)
                #expect(ids?.allSatisfy { view.relationship($0)?.type == type } ?? true)
                return ids?.count
            }
            var sampler = EntitySampler(view: view)
            #expect(try sample(rare, sampler, of: 100) == 100)
            sampler.walkedWhole = 10
            sampler.sampleSize = 500
            let drawn = try #require(try sample(common, sampler, of: 1_900))
            #expect(drawn > 300 && drawn <= 500)
            let statistics = try #require(
                view.statistics(of: "x", .relationship, "COMMON"))
            let upper = try #require(
                statistics.share(from: .init(.integer(1_500), inclusive: true), to: nil))
            #expect(abs(upper - 0.25) < Self.shareError)
        }
    }

    /// They follow the data: a fifth more nodes make them anew.
    @Test func statisticsAreMadeAnewAsTheLabelGrows() throws {
        let fixture = try StoreFixture()
        func add(_ count: Int, _ value: Int64) throws {
            try fixture.store.write { writer in
                for _ in 0..<count { try writer.create("N", ["x": .integer(value)]) }
            }
        }
        func share() throws -> Double? {
            try fixture.read { view in
                view.statistics(of: "x", .node, "N")?.share(equalTo: .integer(2))
            }
        }
        #expect(try share() == nil)
        try add(100, 1)
        #expect(try share() == 0.5 / 100)
        try add(15, 2)
        #expect(try share() == 0.5 / 100)
        try add(10, 2)
        #expect(try share() == 25.0 / 125)
        let unknown = try fixture.read { $0.statistics(of: "y", .node, "N") }
        #expect(unknown == nil)
    }

    @Test func theCacheStaysBounded() {
        let cache = StatisticsCache()
        let moment = StatisticsCache.Moment(count: 1, change: 1)
        func subject(_ key: UInt32) -> PropertySubject {
            PropertySubject(entity: .node, labelOrType: 1, key: key)
        }
        for key in 0..<UInt32(StatisticsCache.capacity + 10) {
            cache.store(nil, of: subject(key), at: moment)
            // The first is used all the time.
            let first = cache.statistics(subject(0), at: moment)
            if case .some(.none) = first { continue }
            Issue.record("what is used stays")
        }
        if case .some = cache.statistics(subject(1), at: moment) {
            Issue.record("what is not used goes")
        }
    }
}
