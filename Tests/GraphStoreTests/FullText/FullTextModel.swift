import Foundation

@testable import GraphStore

/// What a full-text index should answer, from the definitions and without an index.
struct FullTextModel {
    /// The words of each property that has some, by entity.
    var documents: [UInt64: [Int: [TextAnalyzer.Word]]] = [:]
    var properties: [String]

    func evaluate(_ query: FullTextQuery) -> [UInt64: Double] {
        evaluate(query, Array(properties.indices), 1)
    }

    private func evaluate(_ query: FullTextQuery, _ fields: [Int], _ boost: Double)
        -> [UInt64: Double]
    {
        switch query {
        case .words(let text):
            sum(fields.map { ranked([Array(text.utf8)], $0, boost) })
        case .phrase(let text, _):
            sum(fields.map { ranked(text.split(separator: " ").map { Array($0.utf8) }, $0, boost) })
        case .prefix(let text):
            sum(
                fields.map { field in
                    documents.compactMapValues { document in
                        document[field, default: []].contains {
                            $0.bytes.starts(with: Array(text.utf8))
                        } ? boost : nil
                    }
                })
        case .field(let name, let query):
            evaluate(query, properties.firstIndex(of: name).map { [$0] } ?? [], boost)
        case .boosted(let query, let factor): evaluate(query, fields, boost * factor)
        case .clauses(let clauses): combine(clauses, fields, boost)
        default: [:]
        }
    }

    private func sum(_ parts: [[UInt64: Double]]) -> [UInt64: Double] {
        parts.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
    }

    private func combine(_ clauses: [FullTextQuery.Clause], _ fields: [Int], _ boost: Double)
        -> [UInt64: Double]
    {
        let parts = clauses.map { ($0.occurrence, evaluate($0.query, fields, boost)) }
        let musts = parts.filter { $0.0 == .must }.map(\.1)
        let shoulds = parts.filter { $0.0 == .should }.map(\.1)
        let nots = parts.filter { $0.0 == .mustNot }.map(\.1)
        var result: [UInt64: Double] = [:]
        for id in documents.keys {
            if !musts.allSatisfy({ $0[id] != nil }) || nots.contains(where: { $0[id] != nil }) {
                continue
            }
            if musts.isEmpty, !shoulds.contains(where: { $0[id] != nil }) { continue }
            result[id] = (musts + shoulds).reduce(0) { $0 + ($1[id] ?? 0) }
        }
        return result
    }

    /// BM25 of words in a row; one word is such a row too.
    private func ranked(_ words: [[UInt8]], _ field: Int, _ boost: Double) -> [UInt64: Double] {
        let texts = documents.compactMapValues { $0[field] }
        let count = Double(texts.count)
        let average = Double(texts.values.reduce(0) { $0 + $1.count }) / max(1, count)
        let weight = words.reduce(0) { sum, word in
            let having = Double(texts.values.count { $0.contains { $0.bytes == word } })
            return sum + log(1 + (count - having + 0.5) / (having + 0.5))
        }
        return texts.compactMapValues { text in
            let frequency = Double(
                text.count { first in
                    words.enumerated().allSatisfy { offset, word in
                        text.contains {
                            $0.bytes == word && $0.position == first.position + UInt32(offset)
                        }
                    }
                })
            if frequency == 0 { return nil }
            let norm = 1.2 * (1 - 0.75 + 0.75 * Double(text.count) / average)
            return boost * weight * frequency / (frequency + norm)
        }
    }
}
