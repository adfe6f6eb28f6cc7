import Starling
import Values

/// The first byte of a message from the server after the number of its fields.
enum ResponseTag {
    static let success: UInt8 = 0x70
    static let record: UInt8 = 0x71
    static let ignored: UInt8 = 0x7E
    static let failure: UInt8 = 0x7F
}

/// What ends the answer to a request. Records come before it and are written by `RecordEncoder`.
///
/// What every statement is answered with is written as it is; for the rest a map is made.
enum Response: Sendable {
    case success(ValueMap)
    /// The success of RUN.
    case opened(OpenedResult)
    /// The success of the PULL or DISCARD that ends a result.
    case ended(EndedResult)
    case failure(DatabaseError)
    case ignored
}

extension PackStreamEncoder {
    /// Writes a response in its chunks.
    mutating func write(_ response: Response, version: BoltVersion) throws {
        try writeMessage { encoder in
            switch response {
            case .success(let metadata):
                encoder.writeStructure(ResponseTag.success, fields: 1)
                try encoder.write(map: metadata)
            case .opened(let result):
                encoder.writeStructure(ResponseTag.success, fields: 1)
                try encoder.write(result)
            case .ended(let result):
                encoder.writeStructure(ResponseTag.success, fields: 1)
                try encoder.write(result, version: version)
            case .failure(let error):
                encoder.writeStructure(ResponseTag.failure, fields: 1)
                try encoder.write(map: error.metadata(version: version))
            case .ignored: encoder.writeStructure(ResponseTag.ignored, fields: 0)
            }
        }
    }
}

extension DatabaseError {
    fileprivate func metadata(version: BoltVersion) -> ValueMap {
        guard version.hasGQLErrors else {
            return ["code": .string(code), "message": .string(message)]
        }
        let (status, description) = gqlStatus
        let record: ValueMap = [
            "OPERATION": .string(""), "OPERATION_CODE": .string("0"),
            "CURRENT_SCHEMA": .string("/"),
            "_classification": .string(classification),
        ]
        return [
            "neo4j_code": .string(code), "message": .string(message),
            "gql_status": .string(status), "description": .string(description),
            "diagnostic_record": .map(record),
        ]
    }
}
