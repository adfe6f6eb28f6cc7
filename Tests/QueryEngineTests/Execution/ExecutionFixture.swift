import Cypher
import Foundation
import GraphStore
import Synchronization
import Testing
import Values

@testable import QueryEngine

/// The batch sizes at which every plan is run: the smallest that has a first and a last row, and the
/// usual one.
let batchCapacities = [2, Batch.defaultCapacity]

/// A store in a directory that is gone when the test ends, and plans run over it.
final class ExecutionFixture {
    let store: GraphStore
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "execution-\(UUID().uuidString)"
        var options = GraphStore.Options()
        options.syncOnCommit = false
        store = try GraphStore.open(directory: directory, options: options)
    }

    deinit {
        store.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    struct Outcome: Sendable {
        var rows: [[Value]] = []
        var counters = WriteCounters()
    }

    /// Runs a plan over a snapshot.
    func read(
        _ plan: PlanNode, capacity: Int = Batch.defaultCapacity, parameters: ValueMap = ValueMap(),
        importDirectory: String? = nil
    ) throws -> [[Value]] {
        let view = try store.beginRead()
        defer { view.close() }
        let context = Self.context(
            view, nil, capacity, parameters, importDirectory: importDirectory)
        let execution = Execution(Self.statement(plan), context: context)
        var rows: [[Value]] = []
        while let batch = try execution.next() {
            #expect(batch.count > 0)
            for row in 0..<batch.count { rows.append(batch.row(row)) }
        }
        try execution.finish()
        #expect(try execution.next() == nil)
        return rows
    }

    /// Runs a plan in a write transaction of its own; nothing of it stays if it fails.
    func write(_ plan: PlanNode, capacity: Int = Batch.defaultCapacity) throws -> Outcome {
        try store.write { writer in
            let context = Self.context(writer.view, writer, capacity, ValueMap())
            let execution = Execution(Self.statement(plan), context: context)
            var outcome = Outcome()
            for batch in try execution.runToEnd() {
                for row in 0..<batch.count { outcome.rows.append(batch.row(row)) }
            }
            outcome.counters = execution.counters
            return outcome
        }
    }

    static func context(
        _ view: GraphView, _ writer: GraphWriter?, _ capacity: Int, _ parameters: ValueMap,
        importDirectory: String? = nil
    ) -> QueryContext {
        let procedures = BuiltInProcedures.all(
            functions: [],
            server: ServerInformation(
                compatibleVersion: "5.26.0", version: "0.1", databaseName: "neo4j",
                databaseID: "test", creationDate: "", address: "localhost:7687",
                transactions: { [] }, terminate: { _ in nil }))
        return QueryContext(
            view: view, writer: writer, parameters: parameters,
            procedures: ProcedureRegistry(procedures), cancellation: Cancellation(),
            limits: limits(capacity), slotCount: 16, batchCapacity: capacity,
            importDirectory: importDirectory)
    }

    /// Small batches are read by several threads, wherever the plan allows it.
    static func limits(_ capacity: Int) -> QueryLimits {
        var limits = QueryLimits()
        if capacity < Batch.defaultCapacity { limits.parallel = .atOnce }
        return limits
    }

    static func statement(_ plan: PlanNode, mode: Statement.Mode = .execute) -> PreparedStatement {
        PreparedStatement(
            mode: mode, body: .query(plan), access: .readWrite, columns: [], slotCount: 16,
            slotNames: [], notifications: [], managesTransactions: false, schemaVersion: 0)
    }
}

/// Plans by hand. Slots are small numbers; each step carries all slots unless told otherwise.
func step(_ operation: PlanOperation, _ children: PlanNode..., output: [Slot] = Array(0..<16))
    -> PlanNode
{
    PlanNode(operation, children: children, estimatedRows: 1, output: output)
}

func produce(_ slots: Slot..., from child: PlanNode) -> PlanNode {
    step(.produceResults(slots.map { ("c\($0)", $0) }), child)
}

/// `UNWIND [values] AS slot` over one row.
func unwind(_ values: [Value], into slot: Slot) -> PlanNode {
    step(.unwind(.constant(.list(values)), into: slot), step(.unit))
}

func integers(_ values: [Int64]) -> [Value] { values.map { .integer($0) } }

func equal(_ left: BoundExpression, _ right: BoundExpression) -> BoundExpression {
    .comparison(.equal, left, right)
}

/// Rows as texts, so that they can be compared whatever is in them.
func texts(_ rows: [[Value]]) -> [String] {
    rows.map { row in row.map(\.shortText).joined(separator: " ") }
}

extension Value {
    /// Entities as their ids.
    var shortText: String {
        switch self {
        case .node(let node): "n\(node.id)"
        case .relationship(let relationship): "r\(relationship.id)"
        case .list(let values): "[" + values.map(\.shortText).joined(separator: ",") + "]"
        default: cypherText
        }
    }
}

/// The error that a call throws, as a statement's error.
func queryError(_ body: () throws -> Void) -> QueryError? {
    do {
        try body()
        return nil
    } catch {
        return error as? QueryError
    }
}
