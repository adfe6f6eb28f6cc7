import GraphStore
import Synchronization
import Values

/// Ranges of the node ids that a plan's scan may meet, handed out in order.
///
/// The first ranges are small, and grow while reading one takes little time: the nodes from which
/// most rows come may lie side by side, as with `WHERE i.id < 30`, and must not be one thread's.
final class Morsels: Sendable {
    private struct State {
        var next: NodeID
        var number = 0
        var size: NodeID
        var firstFailure = Int.max
    }

    private let end: NodeID
    private let largest: NodeID
    private let state: Mutex<State>

    /// The next range is larger or smaller by so much where the last took too little time, or more.
    private static let step: NodeID = 4
    private static let wantedTime = Duration.microseconds(200) ... .microseconds(1_600)
    /// Of the size that is thought to be worth a range, the first has this part.
    private static let firstShare: NodeID = 8
    /// Ranges for each thread: so many that none has to wait long for the last.
    private static let perThread = 16
    private static let rowsToKeep = 16_384.0
    /// Nodes from which so many rows come are worth a range, however few they are.
    private static let fewestRows = 8_192.0

    /// Where somebody keeps a range's rows, of which there are probably so many in all, ranges give
    /// few enough to be kept.
    init(
        _ plan: PlanNode, _ view: GraphView, threads: Int, keptRows: Double = 0,
        _ limits: ParallelLimits
    ) {
        let scan = plan.leaf
        let nodes = scan.scannedIDs(view)
        let rowsPerNode = max(1, plan.largestStep / max(1, scan.estimatedRows))
        let smallest = min(Double(limits.smallestMorsel), max(1, Self.fewestRows / rowsPerNode))
        let count = max(Self.perThread * threads, Int(min(keptRows / Self.rowsToKeep, 1e9)))
        end = nodes.upperBound
        largest = max(NodeID(smallest), NodeID(nodes.count) / NodeID(count) + 1)
        let first = max(1, min(NodeID(smallest) / Self.firstShare, largest))
        state = Mutex(State(next: nodes.lowerBound, size: first))
    }

    var areAllTaken: Bool { state.withLock { $0.next >= end } }

    /// None is given behind one that failed: its error would not have been met. Who reads alone
    /// takes large ones.
    func take(alone: Bool = false) -> (number: Int, range: Range<NodeID>)? {
        state.withLock { state in
            guard state.next < end, state.number < state.firstFailure else { return nil }
            let start = state.next
            state.next = min(end, start + (alone ? largest : state.size))
            defer { state.number += 1 }
            return (state.number, start..<state.next)
        }
    }

    /// What reading a range of those that `take()` gives now has taken.
    func note(_ time: Duration) {
        state.withLock { state in
            if time < Self.wantedTime.lowerBound {
                state.size = min(largest, state.size * Self.step)
            } else if time > Self.wantedTime.upperBound {
                state.size = max(1, state.size / Self.step)
            }
        }
    }

    func fail(_ number: Int) {
        state.withLock { $0.firstFailure = min($0.firstFailure, number) }
    }
}

extension QueryContext {
    var mayRunInParallel: Bool {
        writer == nil && profiler == nil && morsel == nil && arguments.isEmpty
            && !view.isWritable && limits.parallel.threads > 1
    }

    /// For a thread of its own, with its part of the memory that is left.
    func worker(_ view: GraphView, of count: Int) -> QueryContext {
        var limits = limits
        limits.memoryBytes = max(0, limits.memoryBytes - memoryInUse) / count
        let worker = QueryContext(
            view: view, writer: nil, parameters: parameters, procedures: procedures,
            cancellation: cancellation, limits: limits, slotCount: slotCount,
            batchCapacity: batchCapacity, importDirectory: importDirectory)
        worker.functionContext = functionContext
        return worker
    }
}

extension PlanNode {
    /// The rows of the step that has most of them, in a plan that can be cut.
    var largestStep: Double {
        max(estimatedRows, children.first?.largestStep ?? 0)
    }

    /// Where the rows of a plan that can be cut begin.
    fileprivate var leaf: PlanNode { children.first?.leaf ?? self }

    /// The ids among which a scan's nodes are.
    fileprivate func scannedIDs(_ view: GraphView) -> Range<NodeID> {
        if case .labelScan(_, let name) = operation, let label = view.label(name) {
            return view.idRange(ofLabel: label)
        }
        return 0..<view.nodeIDBound
    }

    /// Whether the rows of a part of the scan's nodes are a part of all rows.
    var isCuttable: Bool {
        switch operation {
        case .allNodesScan, .labelScan: true
        case .filter(let predicates):
            predicates.allSatisfy(\.runsOnAnyThread) && children[0].isCuttable
        case .project(let items):
            items.allSatisfy { $0.expression.runsOnAnyThread } && children[0].isCuttable
        case .expand, .countExpand, .intersect: children[0].isCuttable
        default: false
        }
    }
}

extension BoundExpression {
    /// Whether it looks at nothing but the row and the graph.
    var runsOnAnyThread: Bool {
        var runs = true
        visit { part in
            switch part {
            case .subquery: runs = false
            case .scalar(let call):
                if !(ScalarFunctions.named(call.name)?.isDeterministic ?? false) { runs = false }
            default: break
            }
        }
        return runs
    }
}
