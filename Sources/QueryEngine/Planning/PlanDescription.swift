import Cypher
import GraphStore
public import Values

/// A plan as people and drivers see it: one entry for each step, under the operator names that
/// Neo4j has made common.
public struct PlanDescription: Sendable {
    public let operatorName: String
    /// What the step does, in Cypher's own notation.
    public let details: String
    /// Variables that rows carry here; temporaries are left out.
    public let identifiers: [String]
    public let estimatedRows: Double
    /// What the step did, where it was measured.
    public let profile: OperatorProfile?
    public let children: [PlanDescription]

    /// Describes a statement's plan; nil for schema commands, which have none. Subqueries inside
    /// expressions are shown in the details only.
    public init?(_ statement: PreparedStatement, profile: ExecutionProfile? = nil) {
        guard case .query(let plan) = statement.body else { return nil }
        self.init(plan, PlanText(slotNames: statement.slotNames), profile)
    }

    private init(_ plan: PlanNode, _ text: PlanText, _ profile: ExecutionProfile?) {
        operatorName = plan.operatorName
        details = text.details(plan)
        identifiers = plan.output.map { text.slotNames[$0] }.filter { !$0.hasPrefix("anon_") }
        estimatedRows = plan.estimatedRows
        // A step that was never reached did nothing, which is worth showing too.
        self.profile = profile.map { $0[plan] ?? OperatorProfile() }
        children = plan.shownChildren.map { PlanDescription($0, text, profile) }
    }

    // MARK: For drivers

    /// The tree of maps that Bolt's summaries carry: `operatorType`, `identifiers`, `args`,
    /// `children`, and in profiles `dbHits`, `rows` and `time` (nanoseconds). The root has the
    /// whole table as `string-representation`.
    public var map: ValueMap {
        var map = ownMap
        if case .map(var arguments)? = map["args"] {
            arguments["planner"] = .string("COST")
            arguments["runtime"] = .string("BATCH")
            arguments["string-representation"] = .string(table)
            map["args"] = .map(arguments)
        }
        return map
    }

    private var ownMap: ValueMap {
        var arguments = ValueMap()
        arguments["Details"] = .string(details)
        arguments["EstimatedRows"] = .float(estimatedRows)
        var map = ValueMap()
        map["operatorType"] = .string(operatorName)
        map["identifiers"] = .list(identifiers.map { .string($0) })
        if let profile {
            arguments["Rows"] = .integer(Int64(profile.rows))
            arguments["DbHits"] = .integer(Int64(profile.databaseHits))
            arguments["Time"] = .integer(Int64(clamping: profile.timeNanoseconds))
            arguments["Memory"] = .integer(Int64(profile.memoryBytes))
            map["rows"] = .integer(Int64(profile.rows))
            map["dbHits"] = .integer(Int64(profile.databaseHits))
            map["time"] = .integer(Int64(clamping: profile.timeNanoseconds))
        }
        map["args"] = .map(arguments)
        map["children"] = .list(children.map { .map($0.ownMap) })
        return map
    }

    // MARK: For tests and logs

    /// One line a step, children below and indented; the side that feeds a step comes first.
    public var outline: String {
        var lines: [String] = []
        addOutline(to: &lines, depth: 0)
        return lines.joined(separator: "\n")
    }

    private func addOutline(to lines: inout [String], depth: Int) {
        let indent = String(repeating: "  ", count: depth)
        lines.append(indent + operatorName + (details.isEmpty ? "" : " " + details))
        for child in children { child.addOutline(to: &lines, depth: depth + 1) }
    }
}

extension PlanNode {
    /// A row without columns at the bottom says nothing; beside another child it keeps its place.
    fileprivate var shownChildren: [PlanNode] {
        if children.count == 1, case .unit = children[0].operation { return [] }
        return children
    }

    /// The name that Neo4j's plans have made common, where they have such a step.
    var operatorName: String {
        switch operation {
        case .unit: "SingleRow"
        case .argument: "Argument"
        case .allNodesScan: "AllNodesScan"
        case .labelScan: "NodeByLabelScan"
        case .labelUnionScan: "UnionNodeByLabelsScan"
        case .relationshipScan(_, _, _, let types, let direction):
            (direction == .either ? "Undirected" : "Directed")
                + (types.isEmpty ? "AllRelationshipsScan" : "RelationshipTypeScan")
        case .countStore(.nodes, _): "NodeCountFromCountStore"
        case .countStore(.relationships, _): "RelationshipCountFromCountStore"
        case .indexSeek(_, _, let seek): seek.operatorName
        case .nodeByID(_, let seek):
            seek.elementIDs ? "NodeByElementIdSeek" : "NodeByIdSeek"
        case .relationshipByID(_, _, _, let seek, _):
            seek.elementIDs ? "RelationshipByElementIdSeek" : "RelationshipByIdSeek"
        case .expand(let expand): expand.into ? "Expand(Into)" : "Expand(All)"
        case .countExpand: "Expand(Count)"
        case .intersect: "Expand(Intersect)"
        case .expandGroups: "Expand(Groups)"
        case .variableExpand(let walk):
            walk.expand.into ? "VarLengthExpand(Into)" : "VarLengthExpand(All)"
        case .shortestPath(let path): path.operatorName
        case .quantifiedExpand: "Repeat(Trail)"
        case .shortestTrails: "StatefulShortestPath(Into)"
        case .limitGroups: "LimitGroups"
        case .filter: "Filter"
        case .project: "Projection"
        case .aggregate, .aggregateByRow: "EagerAggregation"
        case .distinct: "Distinct"
        case .sort: "Sort"
        case .top: "Top"
        case .skip: "Skip"
        case .limit: "Limit"
        case .unwind: "Unwind"
        case .procedureCall: "ProcedureCall"
        case .loadCSV: "LoadCSV"
        case .eager: "Eager"
        case .apply(let apply): apply.operatorName
        case .cartesianProduct: "CartesianProduct"
        case .hashJoin(let left, let right): left == right ? "NodeHashJoin" : "ValueHashJoin"
        case .union: "Union"
        case .create: "Create"
        case .merge: "Merge"
        case .set: "Set"
        case .delete(_, let detach): detach ? "DetachDelete" : "Delete"
        case .forEach: "Foreach"
        case .produceResults(let columns): columns.isEmpty ? "EmptyResult" : "ProduceResults"
        }
    }
}

extension IndexSeek {
    fileprivate var operatorName: String {
        let entity = kind == .node ? "Node" : "Relationship"
        return switch tail {
        case .none: "\(entity)IndexSeek"
        case .range, .prefix, .withinBox, .near: "\(entity)IndexSeekByRange"
        case .contains: "\(entity)IndexContainsScan"
        case .endsWith: "\(entity)IndexEndsWithScan"
        }
    }
}

extension ShortestPath {
    fileprivate var operatorName: String {
        switch selection {
        case .paths(1): "ShortestPath"
        case .groups(1): "AllShortestPaths"
        case .paths, .groups: "KShortestPaths"
        }
    }
}

extension Apply {
    fileprivate var operatorName: String {
        if transactions != nil { return "TransactionApply" }
        switch kind {
        case .inner: return "Apply"
        case .optional: return "OptionalApply"
        case .semi: return "SemiApply"
        case .antiSemi: return "AntiSemiApply"
        case .unit: return "SubqueryForeach"
        }
    }
}
