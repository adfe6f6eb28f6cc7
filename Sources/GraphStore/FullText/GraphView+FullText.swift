import Foundation
internal import LMDB

extension GraphView {
    /// The entities that a query matches in an online full-text index, the best first; ties by id.
    /// `checkpoint` is called every few thousand entries and may throw.
    ///
    /// A word's score is BM25, a phrase's the same with its words' weights added; prefixes,
    /// wildcards and ranges score 1 for each property that has one; a fuzzy word scores as the
    /// words that it stands for, the less the more they differ. Sums are over all parts that match.
    ///
    /// The query's words are read by the index's analyser, or by another one that is given.
    ///
    /// Cost: a pass over the entries of each of the query's words; for wildcards and fuzzy words
    /// one look at each word of the index too. Errors: `schemaMissing` where no such full-text
    /// index is online.
    public func search(
        _ index: IndexDefinition, _ query: FullTextQuery, analyzer: TextAnalyzer? = nil,
        checkpoint: () throws -> Void = {}
    ) throws -> [ScoredEntity] {
        let found = try online(index, .fulltext)
        guard case .fullText(let settings) = found.settings else { return [] }
        return try withoutActuallyEscaping(checkpoint) { checkpoint in
            let search = FullTextSearch(
                index: found, analyzer: analyzer ?? settings.analyzer, view: self,
                checkpoint: checkpoint)
            let fields = FullTextSearch.Fields(Array(found.keys.indices))
            let hits = try search.evaluate(query, fields, boost: 1) ?? FullTextHits()
            return zip(hits.ids, hits.scores).map { ScoredEntity(id: $0, score: $1) }.sorted {
                $0.score != $1.score ? $0.score > $1.score : $0.id < $1.id
            }
        }
    }
}

/// One evaluation of a query.
struct FullTextSearch {
    let index: Schema.Index
    let analyzer: TextAnalyzer
    let view: GraphView
    let checkpoint: () throws -> Void

    /// Properties of the index, by their place in it, in which a part of the query is sought.
    struct Fields {
        let places: [Int]
        init(_ places: [Int]) { self.places = places }
    }

    /// Entries between two checkpoints.
    private static let entriesPerCheckpoint = 4096
    /// Words that a fuzzy word stands for at most, the most similar ones.
    private static let fuzzyExpansions = 50

    /// Nil where nothing is asked for: a word that the analyser leaves out.
    func evaluate(_ query: FullTextQuery, _ fields: Fields, boost: Double) throws -> FullTextHits? {
        switch query {
        case .words(let text):
            let words = analyzer.words(text)
            if words.isEmpty { return nil }
            return try words.reduce(into: FullTextHits()) { hits, word in
                hits = .union(hits, try self.word(word.bytes, fields, boost: boost))
            }
        case .phrase(let text, let slop):
            let words = analyzer.words(text)
            if words.isEmpty { return nil }
            if words.count == 1 { return try word(words[0].bytes, fields, boost: boost) }
            return try fields.places.reduce(into: FullTextHits()) { hits, field in
                hits = .union(hits, try phrase(words, slop, field, boost: boost))
            }
        case .prefix(let text):
            let prefix = analyzer.normalized(text)
            return try matching(fields, from: prefix, score: boost) {
                $0.starts(with: prefix) ? .match : .end
            }
        case .wildcard(let pieces):
            let pattern = Wildcard(pieces, analyzer)
            return try matching(fields, from: pattern.prefix, score: boost) { word in
                if !word.starts(with: pattern.prefix) { return .end }
                return pattern.matches(word) ? .match : .skip
            }
        case .range(let lower, let upper):
            return try range(lower, upper, fields, boost: boost)
        case .fuzzy(let text, let edits):
            return try fuzzy(analyzer.normalized(text), edits, fields, boost: boost)
        case .everything:
            let all = try matching(fields, from: [], score: boost) { _ in .match }
            return FullTextHits(all.ids, score: boost)
        case .field(let name, let query):
            let place = index.definition.properties.firstIndex {
                $0.utf8.elementsEqual(name.utf8)
            }
            return try evaluate(query, Fields(place.map { [$0] } ?? []), boost: boost)
        case .boosted(let query, let factor):
            return try evaluate(query, fields, boost: boost * factor)
        case .clauses(let clauses): return try combine(clauses, fields, boost: boost)
        }
    }

    private func combine(
        _ clauses: [FullTextQuery.Clause], _ fields: Fields, boost: Double
    ) throws -> FullTextHits? {
        var required: FullTextHits?
        var optional: FullTextHits?
        var forbidden: [FullTextHits] = []
        for clause in clauses {
            guard let hits = try evaluate(clause.query, fields, boost: boost) else { continue }
            switch clause.occurrence {
            case .must: required = required?.adding(hits, isRequired: true) ?? hits
            case .should: optional = optional.map { .union($0, hits) } ?? hits
            case .mustNot: forbidden.append(hits)
            }
        }
        if required == nil, optional == nil, forbidden.isEmpty { return nil }
        var result = required ?? optional ?? FullTextHits()
        if required != nil, let optional { result = result.adding(optional, isRequired: false) }
        for hits in forbidden { result = result.removing(hits) }
        return result
    }

    // MARK: Words

    /// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009),
    /// with the constants and the non-negative inverse document frequency that Lucene has:
    ///
    ///     idf · f / (f + k₁ · (1 − b + b · length / average)),   k₁ = 1.2,  b = 0.75
    ///     idf = ln(1 + (documents − n + ½) / (n + ½))
    private struct BM25 {
        private static let k1 = 1.2
        private static let b = 0.75

        private let documents: Double
        private let averageLength: Double

        init(_ view: GraphView, _ index: Schema.Index, _ field: Int) {
            documents = Double(view.count(.documents(index.id, field)))
            let words = Double(view.count(.words(index.id, field)))
            averageLength = max(1, words / max(1, documents))
        }

        func weight(matches: Int) -> Double {
            let matches = Double(matches)
            return log1p(max(0, documents - matches + 0.5) / (matches + 0.5))
        }

        func score(weight: Double, frequency: Double, length: Int) -> Double {
            let norm = Self.k1 * (1 - Self.b + Self.b * Double(length) / averageLength)
            return weight * frequency / (frequency + norm)
        }
    }

    private func word(_ word: [UInt8], _ fields: Fields, boost: Double) throws -> FullTextHits {
        var hits = FullTextHits()
        for field in fields.places {
            let ranking = BM25(view, index, field)
            var found = FullTextHits()
            var lengths: ContiguousArray<Int32> = []
            try forEachPosting(word, field) { id, posting in
                let (length, frequency) = FullTextPosting.statistics(posting)
                found.append(id, Double(frequency))
                lengths.append(Int32(clamping: length))
            }
            let weight = ranking.weight(matches: found.count) * boost
            for place in found.scores.indices {
                found.scores[place] = ranking.score(
                    weight: weight, frequency: found.scores[place], length: Int(lengths[place]))
            }
            hits = .union(hits, found)
        }
        return hits
    }

    private func forEachPosting(
        _ word: [UInt8], _ field: Int, _ visit: (UInt64, UnsafeRawBufferPointer) -> Void
    ) throws {
        let prefix = FullTextKey.prefix(index.id, word) + [UInt8(field)]
        let cursor = try view.transaction.openCursor(view.core.databases.indexes)
        var found = prefix.lend { cursor.seek($0) }
        var count = 0
        while found {
            let key = cursor.key
            guard key.count == prefix.count + IndexKey.entityBytes, key.starts(with: prefix) else {
                return
            }
            visit(key.big(UInt64.self, at: prefix.count), cursor.value)
            count += 1
            if count % Self.entriesPerCheckpoint == 0 { try checkpoint() }
            found = cursor.next()
        }
    }

    // MARK: Phrases

    private func phrase(
        _ words: [TextAnalyzer.Word], _ slop: Int, _ field: Int, boost: Double
    ) throws -> FullTextHits {
        let ranking = BM25(view, index, field)
        var candidates: FullTextHits?
        var weight = 0.0
        for word in words {
            var having = FullTextHits()
            try forEachPosting(word.bytes, field) { id, _ in having.append(id, 0) }
            weight += ranking.weight(matches: having.count)
            candidates = candidates?.adding(having, isRequired: true) ?? having
        }
        var hits = FullTextHits()
        for (number, id) in (candidates ?? FullTextHits()).ids.enumerated() {
            if number % Self.entriesPerCheckpoint == 0 { try checkpoint() }
            let (length, places) = places(of: words, field, id)
            let frequency = PhraseMatcher.frequency(places, slop: slop)
            if frequency > 0 {
                hits.append(
                    id,
                    boost
                        * ranking.score(weight: weight, frequency: frequency, length: length))
            }
        }
        return hits
    }

    /// Where each word would have the phrase begin.
    private func places(of words: [TextAnalyzer.Word], _ field: Int, _ id: UInt64)
        -> (length: Int, [[Int]])
    {
        var length = 0
        let places = words.map { word -> [Int] in
            let key = FullTextKey.encode(index.id, word.bytes, UInt8(field), id)
            return key.lend { key in
                guard let bytes = view.transaction.get(view.core.databases.indexes, key) else {
                    return []
                }
                let (words, positions) = FullTextPosting.positions(bytes)
                length = words
                return positions.map { Int($0) - Int(word.position) }
            }
        }
        return (length, places)
    }

    // MARK: Many words

    private enum Verdict { case match, skip, end }

    /// What has a word that is accepted, `score` for each property; words come in byte order from
    /// `first` on.
    private func matching(
        _ fields: Fields, from first: [UInt8], score: Double,
        _ judge: (UnsafeRawBufferPointer) -> Verdict
    ) throws -> FullTextHits {
        var found = [ContiguousArray<UInt64>](repeating: [], count: index.keys.count)
        try forEachWord(from: first) { word, cursor in
            let verdict = judge(word)
            guard verdict == .match else { return verdict }
            let prefix = FullTextKey.prefix(index.id, Array(word))
            var isThere = true
            var count = 0
            while isThere, cursor.key.starts(with: prefix) {
                let field = Int(cursor.key[prefix.count])
                if field < found.count {
                    found[field].append(cursor.key.big(UInt64.self, at: prefix.count + 1))
                }
                count += 1
                if count % Self.entriesPerCheckpoint == 0 { try checkpoint() }
                isThere = cursor.next()
            }
            return isThere ? .match : .end
        }
        return fields.places.reduce(into: FullTextHits()) { hits, field in
            hits = .union(hits, FullTextHits(found[field], score: score))
        }
    }

    /// Visits the index's words in byte order. `visit` gets the cursor on the word's first entry
    /// and leaves it there (`skip`), or behind the word's last entry (`match`).
    private func forEachWord(
        from first: [UInt8],
        _ visit: (UnsafeRawBufferPointer, Cursor) throws -> Verdict
    ) throws {
        let prefix = IndexKey.prefix(index.id)
        let cursor = try view.transaction.openCursor(view.core.databases.indexes)
        var isThere = (prefix + first).lend { cursor.seek($0) }
        var count = 0
        while isThere, cursor.key.starts(with: prefix),
            let word = FullTextKey.word(cursor.key)
        {
            count += 1
            if count % Self.entriesPerCheckpoint == 0 { try checkpoint() }
            switch try visit(word, cursor) {
            case .end: return
            case .match: break
            case .skip: isThere = skip(cursor)
            }
        }
    }

    /// To the next word: a few steps, which are cheap, then a search.
    private func skip(_ cursor: Cursor) -> Bool {
        guard let word = FullTextKey.word(cursor.key) else { return false }
        let own = FullTextKey.prefix(index.id, Array(word))
        for _ in 0..<4 {
            guard cursor.next() else { return false }
            if !cursor.key.starts(with: own) { return true }
        }
        guard let next = IndexKey.successor(own) else { return false }
        return next.lend { cursor.seek($0) }
    }

    private func range(
        _ lower: FullTextQuery.Bound?, _ upper: FullTextQuery.Bound?, _ fields: Fields,
        boost: Double
    ) throws -> FullTextHits {
        let least = lower.map { analyzer.normalized($0.text) } ?? []
        let greatest = upper.map { analyzer.normalized($0.text) }
        return try matching(fields, from: least, score: boost) { word in
            if let lower, !lower.inclusive, word.elementsEqual(least) { return .skip }
            guard let upper, let greatest else { return .match }
            let order = greatest.lend { Bytes.compare(word, $0) }
            return order < 0 || order == 0 && upper.inclusive ? .match : .end
        }
    }

    private func fuzzy(_ wanted: [UInt8], _ edits: Int, _ fields: Fields, boost: Double) throws
        -> FullTextHits
    {
        let distance = EditDistance(String(decoding: wanted, as: UTF8.self), limit: edits)
        var similar: [(word: [UInt8], edits: Int, similarity: Double)] = []
        try forEachWord(from: []) { word, _ in
            if let found = distance.distance(word) {
                similar.append((Array(word), found.edits, found.similarity))
            }
            return .skip
        }
        // Stable: words come in their order, so that the choice does not depend on chance.
        let best = similar.enumerated().sorted {
            $0.element.edits != $1.element.edits
                ? $0.element.edits < $1.element.edits : $0.offset < $1.offset
        }.prefix(Self.fuzzyExpansions)
        return try best.reduce(into: FullTextHits()) { hits, word in
            let found = try self.word(
                word.element.word, fields, boost: boost * word.element.similarity)
            hits = .union(hits, found)
        }
    }
}
