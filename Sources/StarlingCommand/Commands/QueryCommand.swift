import ArgumentParser
import Foundation
import Starling
import Values

/// `starling query`: one statement (or a file of them), its result, and how long it took.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Run a statement and print its result.")

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv }

    @OptionGroup var database: DataOption
    @OptionGroup var engine: EngineOptions

    @Option(
        name: .customLong("param"),
        help: ArgumentHelp("A parameter and its value as JSON.", valueName: "name=JSON"))
    var parameters: [String] = []

    @Option(help: ArgumentHelp("Read the statement from a file.", valueName: "file"))
    var file: String?

    @Option(help: "table, json or csv.")
    var format: Format = .table

    @Option(
        name: .customLong("repeat"),
        help: ArgumentHelp("Timed runs, after one that is not counted.", valueName: "n"))
    var repeatCount: Int?

    @Argument(help: ArgumentHelp("The statement.", valueName: "cypher"))
    var statement: String?

    func validate() throws {
        if (statement == nil) == (file == nil) {
            throw ValidationError("Give a statement, or a file with --file, and not both.")
        }
        if let repeatCount, repeatCount < 1 {
            throw ValidationError("--repeat takes a number of runs from 1.")
        }
    }

    func run() throws {
        let text = try statement ?? Self.read(file ?? "")
        let parameters = try ParameterText.parse(parameters)
        let database = try database.open(engine: engine)
        defer { database.close() }
        let session = database.makeSession()
        var timings: [Double] = []
        let first = try timed(session, text, parameters, &timings, readOnly: repeatCount != nil)
        var answer = first
        for _ in 0..<(repeatCount ?? 0) {
            answer = try timed(session, text, parameters, &timings, readOnly: true)
        }
        // The run that is not counted is the only one there is without --repeat.
        let counted = repeatCount == nil ? timings : Array(timings.dropFirst())
        try write(answer, Timing(counted, first: timings[0]))
    }

    private static func read(_ path: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("cannot read the file \(path)")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8 text")
        }
        return text
    }

    /// From the statement's text to its last value in memory.
    private func timed(
        _ session: Session, _ text: String, _ parameters: ValueMap, _ timings: inout [Double],
        readOnly: Bool
    ) throws -> Answer {
        var options = Session.RunOptions()
        options.readOnly = readOnly
        let start = ContinuousClock.now
        let result = try session.run(text, parameters: parameters, options: options)
        var batches: [ResultRows] = []
        while let batch = try result.nextBatch() { batches.append(batch) }
        let elapsed = ContinuousClock.now - start
        timings.append(elapsed.milliseconds)
        return Answer(columns: result.columns, batches: batches, summary: try result.summary())
    }

    private func write(_ answer: Answer, _ timing: Timing) throws {
        var output = OutputBuffer()
        switch format {
        case .json: JSONOutput.write(answer, timing, to: &output)
        case .csv: CSVOutput.write(answer, to: &output)
        case .table:
            Table.write(answer, width: Terminal.width, to: &output)
            SummaryText.write(answer, milliseconds: timing.median, to: &output)
        }
        try output.flush(to: .standardOutput)
    }
}

/// A result that is whole in memory.
struct Answer {
    let columns: [String]
    let batches: [ResultRows]
    let summary: Summary

    var rowCount: Int { batches.reduce(0) { $0 + $1.count } }
}

/// Times in milliseconds.
struct Timing {
    let first: Double
    let median: Double
    let minimum: Double
    let maximum: Double

    init(_ samples: [Double], first: Double) {
        let sorted = samples.sorted()
        self.first = first
        let middle = sorted.count / 2
        median =
            sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15
    }
}
