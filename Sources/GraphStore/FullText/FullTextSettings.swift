internal import Values

/// # Full text
///
/// ```
/// indexes:  index u32 │ word · 00 │ property u8 │ entity u64  →  words of the property, positions
///                                                                as variable-length integers
/// counts:   documents(index, property) · words(index, property)
/// ```
///
/// One key for each word of each property of each entity: a write costs as many small puts as the
/// text has different words, and a search is one pass over each of its words' entries. The entry
/// carries what ranking needs, so that no other page is read. The key begins with the word, so that
/// the words that begin or end in some way are found by skipping from one word to the next.
struct FullTextSettings: Sendable {
    let analyzer: TextAnalyzer

    /// What `OPTIONS {indexConfig: …}` may say. Writes are always seen at once, so that
    /// `eventually_consistent` changes nothing.
    private static let analyzerKey = "fulltext.analyzer"
    private static let consistencyKey = "fulltext.eventually_consistent"

    /// Properties of one index.
    static let maximumProperties = 64
    /// Bytes of one word; what is longer is cut into several.
    static let maximumWordBytes = 255
    /// Positions between two elements of a list, so that no phrase reaches from one to the next.
    static let elementGap: UInt32 = 100

    /// Errors: `unsupported` for an option or an analyser that there is not.
    init(_ options: ValueMap) throws(StoreError) {
        var chosen = TextAnalyzer.standardNoStopWords
        for (key, value) in options {
            switch (key, value) {
            case (Self.analyzerKey, .string(let name)):
                guard let analyzer = TextAnalyzer(rawValue: name) else {
                    let known = TextAnalyzer.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .unsupported("there is no analyzer '\(name)'; there are \(known)")
                }
                chosen = analyzer
            case (Self.consistencyKey, .boolean): break
            default:
                throw .unsupported(
                    "a full-text index has no option '\(key)' with such a value; it takes "
                        + "\(Self.analyzerKey) (a string) and \(Self.consistencyKey) (a boolean)")
            }
        }
        analyzer = chosen
    }

    func postings(_ index: Schema.Index, _ entity: UInt64, _ properties: PropertyBlob)
        -> IndexContent.Postings?
    {
        var entries: [IndexContent.Entry] = []
        var lengths: [Int?] = []
        for (field, property) in index.keys.enumerated() {
            guard let value = properties.value(property), let words = words(of: value) else {
                lengths.append(nil)
                continue
            }
            lengths.append(words.isEmpty ? nil : words.count)
            var positions: [[UInt8]: [UInt32]] = [:]
            for word in words { positions[word.bytes, default: []].append(word.position) }
            for (word, places) in positions {
                entries.append(
                    IndexContent.Entry(
                        key: FullTextKey.encode(index.id, word, UInt8(field), entity),
                        value: FullTextPosting.encode(length: words.count, places)))
            }
        }
        if entries.isEmpty { return nil }
        entries.sort { $0.key.lexicographicallyPrecedes($1.key) }
        return IndexContent.Postings(entity: entity, entries: entries, lengths: lengths)
    }

    /// Nil for what is neither a string nor a list of strings.
    private func words(of value: Value) -> [TextAnalyzer.Word]? {
        switch value {
        case .string(let text): return analyzer.words(text)
        case .list(let elements):
            var words: [TextAnalyzer.Word] = []
            for element in elements {
                guard case .string(let text) = element else { return nil }
                let first = words.last.map { $0.position + Self.elementGap } ?? 0
                words += analyzer.words(text, from: first)
            }
            return words
        default: return nil
        }
    }
}

enum FullTextKey {
    /// What follows the word: its end, the property, the entity.
    static let tailBytes = 1 + 1 + IndexKey.entityBytes

    /// The keys of a word in any property.
    static func prefix(_ index: UInt32, _ word: [UInt8]) -> [UInt8] {
        var key = IndexKey.prefix(index)
        key.append(contentsOf: word)
        key.append(0)
        return key
    }

    static func encode(_ index: UInt32, _ word: [UInt8], _ field: UInt8, _ entity: UInt64)
        -> [UInt8]
    {
        var key = prefix(index, word)
        key.append(field)
        key.append(bigEndian: entity)
        return key
    }

    /// Nil where the bytes are no such key.
    static func word(_ key: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let end = key.count - tailBytes
        guard end > IndexKey.prefixBytes, key[end] == 0 else { return nil }
        return key.part(IndexKey.prefixBytes..<end)
    }
}

/// How often and where a word is in a property: the property's words, then each position as the
/// distance from the one before.
enum FullTextPosting {
    static func encode(length: Int, _ positions: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt32(length), to: &bytes)
        var last: UInt32 = 0
        for position in positions {
            append(position - last, to: &bytes)
            last = position
        }
        return bytes
    }

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The property's words and how often the word is among them. Variable-length integers end
    /// with a byte below 0x80, so counting those bytes counts the positions.
    static func statistics(_ bytes: UnsafeRawBufferPointer) -> (length: Int, frequency: Int) {
        var place = 0
        let length = read(bytes, &place)
        var frequency = 0
        while place < bytes.count {
            if bytes[place] < 0x80 { frequency += 1 }
            place += 1
        }
        return (Int(length), frequency)
    }

    static func positions(_ bytes: UnsafeRawBufferPointer) -> (length: Int, [UInt32]) {
        var place = 0
        let length = read(bytes, &place)
        var positions: [UInt32] = []
        var last: UInt32 = 0
        while place < bytes.count {
            last &+= read(bytes, &place)
            positions.append(last)
        }
        return (Int(length), positions)
    }

    private static func read(_ bytes: UnsafeRawBufferPointer, _ place: inout Int) -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            value |= UInt32(byte & 0x7F) << shift
            if byte < 0x80 || shift >= 28 { break }
            shift += 7
        }
        return value
    }
}
