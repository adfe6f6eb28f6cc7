/// Every word with a meaning of its own in some place of the grammar.
///
/// None is reserved: labels, types, keys, functions and aliases may have these names, and so may
/// variables where the next token shows that a variable is meant.
enum Keyword: String, CaseIterable, Sendable {
    // Clauses
    case match, optional, `where`, `return`, with, unwind, create, insert, merge, set, remove
    case delete, detach, nodetach, foreach, call, yield, union, load, csv, headers, from
    case fieldterminator, finish, use, search, score, order, by, skip, offset, limit, using
    case filter, `let`, on, explain, profile, cypher, next
    // Within clauses
    case `as`, distinct, asc, ascending, desc, descending, seek, scan, join, transactions
    case transaction, concurrent, of, row, rows, error, `continue`, `break`, fail, report, status
    case retry, sec, second, seconds
    // Expressions
    case or, xor, and, not, `in`, starts, ends, contains, `is`, null, `true`, `false`, inf
    case infinity, nan, `case`, when, then, `else`, end, exists, count, collect, all, any, none
    case single, reduce, typed, normalized, nfc, nfd, nfkc, nfkd, trim, normalize, both, leading
    case trailing
    // Patterns
    case shortestpath, allshortestpaths, shortest, path, paths, group, groups, different
    case relationships
    // Schema
    case drop, index, indexes, constraint, constraints, `if`, `for`, each, require, assert
    case options, range, text, point, fulltext, vector, lookup, btree, unique, uniqueness, key
    case node, relationship, rel, property, type, labels, existence, exist
    // SHOW and TERMINATE
    case show, terminate, procedure, procedures, function, functions, database, databases, user
    case users, current, executable, built, defined, home, `default`, setting, settings

    /// As people write it.
    var spelling: String { rawValue.uppercased() }

    /// Words that begin, join or end expressions and clauses. A variable with such a name is only
    /// taken for one when what follows leaves no other reading; the printer puts it in backticks.
    var isReserved: Bool {
        switch self {
        case .match, .optional, .where, .return, .with, .unwind, .create, .insert, .merge, .set,
            .remove, .delete, .detach, .nodetach, .foreach, .call, .yield, .union, .load, .finish,
            .use, .search, .order, .skip, .offset, .limit, .using, .filter, .let, .on, .explain,
            .profile, .cypher, .show, .terminate, .drop:
            true
        case .as, .distinct, .asc, .ascending, .desc, .descending:
            true
        case .or, .xor, .and, .not, .in, .starts, .ends, .contains, .is, .null, .true, .false,
            .inf, .infinity, .nan, .case, .when, .then, .else, .end, .exists, .count, .collect,
            .all, .any, .none, .single, .reduce, .shortest, .shortestpath, .allshortestpaths:
            true
        default: false
        }
    }

    /// Words that begin a clause of a query.
    var startsClause: Bool {
        switch self {
        case .match, .optional, .return, .with, .unwind, .create, .insert, .merge, .set, .remove,
            .delete, .detach, .nodetach, .foreach, .call, .load, .finish, .use, .search, .order,
            .skip, .offset, .limit, .filter, .let:
            true
        default: false
        }
    }

    /// Words that can stand behind a complete expression.
    var canFollowExpression: Bool {
        switch self {
        case .or, .xor, .and, .in, .starts, .ends, .contains, .is, .as, .asc, .ascending, .desc,
            .descending, .when, .then, .else, .end, .where, .union, .next, .on, .yield, .rows,
            .row, .from, .fieldterminator, .report, .score, .using:
            true
        default: startsClause
        }
    }
}

/// The words of the language, for completion and highlighting.
public enum Keywords {
    /// All of them in upper case, sorted.
    public static let all: [String] = Keyword.allCases.map(\.spelling).sorted()

    /// Whether `word` is one of them, in any case.
    public static func contains(_ word: String) -> Bool {
        let bytes = Array(word.utf8)
        return KeywordTable.shared.find(bytes, from: 0, to: bytes.count) != nil
    }
}

/// A hash table from a word's bytes to its keyword, blind to ASCII case.
///
/// A word of up to 16 bytes packs into two integers; no allocation and no string on the way.
struct KeywordTable: Sendable {
    static let shared = KeywordTable()

    private static let bits = 10
    private static let longest = 16

    private var keys: [PackedWord]
    private var values: [Keyword?]

    private struct PackedWord: Equatable, Sendable {
        var low: UInt64 = 0
        var high: UInt64 = 0

        var slot: Int {
            let mixed = (low ^ high &* 0x9E37_79B9_7F4A_7C15) &* 0xD6E8_FEB8_6659_FD93
            return Int(truncatingIfNeeded: mixed >> UInt64(64 - KeywordTable.bits))
        }

        /// Clears the bit in which ASCII letters differ by case. That maps no other byte of an
        /// identifier onto a letter.
        mutating func append(_ byte: UInt8) {
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(byte & 0xDF)
        }
    }

    private init() {
        let slots = 1 << Self.bits
        keys = Array(repeating: PackedWord(), count: slots)
        values = Array(repeating: nil, count: slots)
        for keyword in Keyword.allCases {
            var packed = PackedWord()
            for byte in keyword.rawValue.utf8 { packed.append(byte) }
            var slot = packed.slot
            while values[slot] != nil { slot = (slot + 1) & (slots - 1) }
            keys[slot] = packed
            values[slot] = keyword
        }
    }

    func find(_ bytes: [UInt8], from start: Int, to end: Int) -> Keyword? {
        guard end - start <= Self.longest else { return nil }
        var packed = PackedWord()
        for index in start..<end { packed.append(bytes[index]) }
        var slot = packed.slot
        while let keyword = values[slot] {
            if keys[slot] == packed { return keyword }
            slot = (slot + 1) & (keys.count - 1)
        }
        return nil
    }
}
