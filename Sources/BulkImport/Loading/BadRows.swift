import Foundation

/// Rows that an import leaves out: counted against the tolerance, and written to a report beside
/// the target, one line each with place, reason and the row itself.
final class BadRows {
    let reportPath: String
    private(set) var count = 0
    private let tolerance: Int
    private var report: FileHandle?

    init(target: String, tolerance: Int) {
        reportPath = target + ".import-report"
        self.tolerance = tolerance
        // A report of an earlier import says nothing about this one.
        try? FileManager.default.removeItem(atPath: reportPath)
    }

    /// Notes a row, or stops the import where there are more than are tolerated.
    func skip(_ error: ImportError, row: String) throws(ImportError) {
        guard tolerance < 0 || count < tolerance else {
            let listed = count > 0 ? " (they are listed in \(reportPath))" : ""
            throw ImportError(
                "\(error.reason); that is one bad row more than the \(tolerance) that "
                    + "--bad-tolerance allows\(listed)",
                at: error.place)
        }
        count += 1
        let line = "\(error): \(row)\n"
        do {
            if report == nil {
                let url = URL(fileURLWithPath: reportPath)
                try Data().write(to: url)
                report = try FileHandle(forWritingTo: url)
            }
            try report?.write(contentsOf: Data(line.utf8))
        } catch {
            throw ImportError(
                "cannot write the report \(reportPath): \(error.localizedDescription)")
        }
    }

    /// The report is complete afterwards, and on disk.
    func close() throws(ImportError) {
        do {
            try report?.synchronize()
            try report?.close()
        } catch {
            throw ImportError(
                "cannot write the report \(reportPath): \(error.localizedDescription)")
        }
    }
}
