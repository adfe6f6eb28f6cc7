import Foundation

/// # Models
///
/// A model is a name, what it says of itself, and tensors. It is staged in small transactions, a
/// block of a tensor each, and published by one: until then nobody sees it, and a model of the same
/// name answers as before. All lie in the sub-database `models`:
///
/// ```
/// 1 name                      → ModelRecord
/// 2 id  tensor  block         → the block's bytes         id u64, tensor and block u32, big-endian
/// 3 id                        → process that stages it    gone once it is published
/// 4                           → the next id
/// ```
///
/// What a process that died has staged is removed by the next that stages.
enum ModelKey {
    static func name(_ name: String) -> [UInt8] { [1] + name.utf8 }
    static let names: [UInt8] = [1]
    static let stagings: [UInt8] = [3]
    static let nextID: [UInt8] = [4]

    static func blocks(_ id: UInt64) -> [UInt8] {
        var key: [UInt8] = [2]
        key.append(bigEndian: id)
        return key
    }

    static func block(_ id: UInt64, _ tensor: Int, _ block: Int) -> [UInt8] {
        var key = blocks(id)
        key.append(bigEndian: UInt32(tensor))
        key.append(bigEndian: UInt32(block))
        return key
    }

    static func staging(_ id: UInt64) -> [UInt8] {
        var key: [UInt8] = [3]
        key.append(bigEndian: id)
        return key
    }
}

enum ModelLimits {
    /// Bytes of a block: what one small transaction writes.
    static let blockBytes = 4 << 20
    /// UTF-8 bytes of a name; LMDB's keys end at 511.
    static let nameBytes = 255
    static let tensors = 10_000
    static let settings = 1_000
    static let dimensions = 8
}

extension StoredModel {
    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.append(littleEndian: id)
        bytes.append(littleEndian: created)
        bytes.append(counted: method)
        bytes.append(littleEndian: UInt32(settings.count))
        for setting in settings {
            bytes.append(counted: setting.name)
            bytes.append(counted: setting.value)
        }
        bytes.append(littleEndian: UInt32(tensors.count))
        for tensor in tensors {
            bytes.append(counted: tensor.name)
            bytes.append(tensor.element.rawValue)
            bytes.append(UInt8(tensor.shape.count))
            for size in tensor.shape { bytes.append(littleEndian: Int64(size)) }
        }
        return bytes
    }

    /// Nil where the record is damaged.
    init?(name: String, _ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard reader.read(UInt8.self) == Self.version, let id = reader.read(UInt64.self),
            let created = reader.read(Int64.self), let method = reader.readString(),
            let settingCount = reader.read(UInt32.self), settingCount <= ModelLimits.settings
        else { return nil }
        var settings: [Setting] = []
        for _ in 0..<settingCount {
            guard let name = reader.readString(), let value = reader.readString() else {
                return nil
            }
            settings.append(Setting(name, value))
        }
        guard let tensorCount = reader.read(UInt32.self), tensorCount <= ModelLimits.tensors
        else { return nil }
        var tensors: [StoredTensor] = []
        for _ in 0..<tensorCount {
            guard let tensor = StoredTensor(&reader) else { return nil }
            tensors.append(tensor)
        }
        guard reader.isAtEnd else { return nil }
        self.init(
            name: name, id: id, method: method, settings: settings, created: created,
            tensors: tensors)
    }

    /// Errors: `limitExceeded`.
    static func check(_ draft: ModelDraft) throws(StoreError) {
        let name = draft.name.utf8.count
        guard name > 0, name <= ModelLimits.nameBytes else {
            throw .limitExceeded(
                "a model's name has 1 to \(ModelLimits.nameBytes) bytes, not \(name)")
        }
        guard draft.tensors.count <= ModelLimits.tensors,
            draft.settings.count <= ModelLimits.settings,
            draft.tensors.allSatisfy({ $0.tensor.shape.count <= ModelLimits.dimensions })
        else {
            throw .limitExceeded(
                "a model has at most \(ModelLimits.tensors) tensors of "
                    + "\(ModelLimits.dimensions) dimensions, and \(ModelLimits.settings) settings")
        }
    }
}

extension StoredTensor {
    fileprivate init?(_ reader: inout ByteReader) {
        guard let name = reader.readString(), let code = reader.read(UInt8.self),
            let element = Element(rawValue: code), let dimensions = reader.read(UInt8.self),
            dimensions <= ModelLimits.dimensions
        else { return nil }
        var shape: [Int] = []
        var count = element.byteCount
        for _ in 0..<dimensions {
            guard let size = reader.read(Int64.self), size >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: Int(size))
            if overflow { return nil }
            count = product
            shape.append(Int(size))
        }
        self.init(name, element, shape: shape)
    }

    var blockCount: Int { (byteCount + ModelLimits.blockBytes - 1) / ModelLimits.blockBytes }
}
