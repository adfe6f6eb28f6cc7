internal import CKernels
import Foundation

/// The memory in which a thread keeps the calls that it is in. Each step of a plan runs inside the
/// one above it, so long statements need much.
public enum CallStack {
    /// What a thread that runs statements has. Memory is taken as it is used.
    public static let bytes = 16 << 20

    /// What is left of the running thread's; microseconds on a process's first thread.
    public static var bytesLeft: Int { stack_bytes_left() }

    /// Lets the stack of a process's first thread grow to ``bytes``, as far as the system allows.
    public static func growFirst() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0,
            limit.rlim_cur < rlim_t(bytes)
        else { return }
        limit.rlim_cur = min(rlim_t(bytes), limit.rlim_max)
        setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
    }
}
