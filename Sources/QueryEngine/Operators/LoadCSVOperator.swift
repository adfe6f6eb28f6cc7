import Values

/// LOAD CSV: for each row the records of a file, as lists of strings or, with headers, as maps.
final class LoadCSVOperator: Operator {
    private let child: any Operator
    private let address: any ColumnExpression
    private let source: LoadCSV
    private let made: Set<Slot>
    private let separator: UInt8
    private let carried: [Slot]
    private let context: QueryContext

    private var input: Batch?
    private var addresses: Column = .constant(.null, count: 0)
    private var row = 0
    private var reader: CSVReader?
    private var header: [String] = []

    init(
        child: any Operator, source: LoadCSV, address: any ColumnExpression,
        fieldTerminator: Value?, output: [Slot], context: QueryContext
    ) throws {
        self.child = child
        self.source = source
        self.address = address
        self.context = context
        made = Set(source.made).intersection(output)
        carried = output.filter { !source.made.contains($0) }
        switch fieldTerminator {
        case nil: separator = UInt8(ascii: ",")
        case .string(let text)? where text.utf8.count == 1:
            separator = text.utf8.first ?? UInt8(ascii: ",")
        case let value?:
            throw QueryError(
                .argument,
                "InvalidArgumentValue: FIELDTERMINATOR is one ASCII character, not "
                    + value.excerpt)
        }
    }

    func next() throws -> Batch? {
        while true {
            guard let input = try input ?? pull() else { return nil }
            try context.checkpoint()
            var sources = ContiguousArray<Int32>()
            var records = ContiguousArray<Value>()
            var lines = ContiguousArray<Int64>()
            var files = ContiguousArray<Value>()
            while sources.count < context.batchCapacity, let record = try nextRecord(input) {
                sources.append(Int32(row))
                records.append(record)
                lines.append(Int64(reader?.recordLine ?? 0))
                if made.contains(source.file) { files.append(.string(reader?.path ?? "")) }
            }
            if row == input.count { self.input = nil }
            if sources.isEmpty { continue }
            var batch = input.gathered(sources, slots: carried)
            if made.contains(source.record) { batch[source.record] = .values(records) }
            if made.contains(source.line) { batch[source.line] = .integers(lines, .allValid) }
            if made.contains(source.file) { batch[source.file] = .values(files) }
            return batch
        }
    }

    private func pull() throws -> Batch? {
        guard let batch = try child.next() else { return nil }
        addresses = try address.evaluate(batch)
        row = 0
        input = batch
        return batch
    }

    private func nextRecord(_ input: Batch) throws -> Value? {
        while row < input.count {
            let reader = try reader ?? open()
            if let fields = try reader.record() { return value(fields) }
            self.reader = nil
            row += 1
        }
        return nil
    }

    private func open() throws -> CSVReader {
        guard case .string(let name) = addresses.value(row) else {
            throw QueryError(
                .type, "InvalidArgumentType: LOAD CSV FROM takes a string that names a file.")
        }
        let path = try ImportDirectory(path: context.importDirectory).path(of: name)
        let opened = try CSVReader(path: path, name: name, separator: separator)
        reader = opened
        header = source.withHeaders ? (try opened.record() ?? []).map { $0 ?? "" } : []
        return opened
    }

    private func value(_ fields: [String?]) -> Value {
        let values = fields.map { $0.map { Value.string($0) } ?? .null }
        guard source.withHeaders else { return .list(values) }
        return .map(
            ValueMap(
                header.enumerated().map { place, name in
                    (name, place < values.count ? values[place] : .null)
                }))
    }

    func rewind() {
        child.rewind()
        input = nil
        reader = nil
    }
}
