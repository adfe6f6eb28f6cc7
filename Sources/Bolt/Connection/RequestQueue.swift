/// Requests that wait for the one before them, oldest first, and the bytes they came in.
struct RequestQueue {
    private var items: [(request: Request, bytes: Int)?] = []
    private var head = 0
    private(set) var bytes = 0

    var count: Int { items.count - head }
    var isEmpty: Bool { count == 0 }
    var first: Request? { isEmpty ? nil : items[head]?.request }

    mutating func append(_ request: Request, bytes size: Int) {
        items.append((request, size))
        bytes += size
    }

    mutating func popFirst() -> Request? {
        guard !isEmpty, let item = items[head] else { return nil }
        items[head] = nil
        head += 1
        bytes -= item.bytes
        if head == items.count {
            items.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 256, head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return item.request
    }

    mutating func removeAll() {
        items = []
        head = 0
        bytes = 0
    }
}
