extension UnsafeMutableBufferPointer {
    /// Puts the first `count` elements of the order in front, in no order among themselves: Hoare's
    /// selection, linear on average, where a sort would be most of the work.
    @inline(__always)
    func select(_ count: Int, by precedes: (Element, Element) -> Bool) {
        var (low, high) = (0, self.count - 1)
        while low < high, count > low, count <= high {
            let pivot = self[low + (high - low) / 2]
            var (left, right) = (low, high)
            while left <= right {
                while precedes(self[left], pivot) { left += 1 }
                while precedes(pivot, self[right]) { right -= 1 }
                if left <= right {
                    swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if count <= right {
                high = right
            } else if count > left {
                low = left
            } else {
                return
            }
        }
    }
}
