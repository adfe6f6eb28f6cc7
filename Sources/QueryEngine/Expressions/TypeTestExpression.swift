import Cypher
import Values

/// `value IS :: type`
final class TypeTestExpression: ColumnExpression {
    private let operand: any ColumnExpression
    private let type: TypeName

    init(_ operand: any ColumnExpression, _ type: TypeName) {
        self.operand = operand
        self.type = type
    }

    func evaluate(_ batch: Batch) throws -> Column {
        let column = try operand.evaluate(batch)
        if case .constant(let value, let count) = column {
            return .constant(.boolean(value.conforms(to: type)), count: count)
        }
        var flags = ContiguousArray<UInt8>()
        flags.reserveCapacity(batch.count)
        for row in 0..<batch.count { flags.append(column.value(row).conforms(to: type) ? 1 : 0) }
        return .booleans(flags)
    }
}

extension TypeName {
    /// The type as the syntax tree names it.
    init(_ type: Cypher.ValueType) {
        self =
            switch type {
            case .null: .null
            case .boolean: .boolean
            case .integer: .integer
            case .float: .float
            case .string: .string
            case .date: .date
            case .localTime: .localTime
            case .zonedTime: .zonedTime
            case .localDateTime: .localDateTime
            case .zonedDateTime: .zonedDateTime
            case .duration: .duration
            case .point: .point
            case .node: .node
            case .relationship: .relationship
            case .path: .path
            case .map: .map
            case .any: .any
            case .propertyValue: .propertyValue
            case .nothing: .nothing
            case .list(let element): .list(TypeName(element))
            case .union(let members): .union(members.map { TypeName($0) })
            case .notNull(let type): .notNull(TypeName(type))
            }
    }
}
