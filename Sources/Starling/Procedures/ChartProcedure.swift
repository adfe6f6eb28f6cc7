internal import QueryEngine
internal import Recommend
internal import Values

/// `evaluate.chart`: numbers as a picture.
struct ChartProcedure: Procedure {
    private static let name = "evaluate.chart"

    let signature = ProcedureSignature(
        name: ChartProcedure.name,
        inputs: [
            .init(
                "points", .list,
                "Maps: {label, value} for bars; {x, y} and a series' name for lines."),
            .init(
                "configuration", .map, fallback: .map(ValueMap()),
                "kind: 'bars' (default) or 'lines'; title; width (60): characters; height (12): "
                    + "lines of text, for lines; file: the name of an SVG file in the import "
                    + "directory"),
        ],
        outputs: [.init("line", .string, "A line of the picture.")],
        description:
            "Draws a bar chart, as of a metric by method, or a line chart, as of a learning "
            + "curve, in text; with `file` also as SVG, into the import directory only.")

    func call(_ arguments: [Value], _ context: ProcedureContext, _ output: inout ProcedureOutput)
        throws
    {
        let configuration = try Configuration(
            arguments[1], of: Self.name, known: ["kind", "title", "width", "height", "file"])
        guard case .list(let points) = arguments[0] else { return }
        let kind = try configuration.choice("kind", among: [Chart.Kind.bars, .lines]) ?? .bars
        var chart = Chart(kind: kind, points: try points.map { try Self.point($0, kind) })
        chart.title = try configuration.string("title") ?? ""
        chart.width = try configuration.integer("width", default: 60, in: 20...400)
        chart.height = try configuration.integer("height", default: 12, in: 2...200)
        guard points.count <= Chart.pointLimit else {
            throw QueryError(
                .argument, "\(Self.name): more than \(Chart.pointLimit) points show nothing.")
        }
        if let file = try configuration.string("file") {
            try write(chart.svg, to: file, in: context.importDirectory)
        }
        for line in chart.textLines { output.append(.string(line)) }
    }

    private static func point(_ value: Value, _ kind: Chart.Kind) throws -> Chart.Point {
        let keys = kind == .bars ? "{label, value}" : "{x, y}"
        guard case .map(let map) = value,
            let y = (kind == .bars ? map["value"] : map["y"])?.number
        else {
            throw QueryError(
                .argument, "\(name): a point must be a map \(keys), but is \(value.excerpt).")
        }
        let label =
            switch map[kind == .bars ? "label" : "series"] {
            case .string(let text)?: text
            case .null?, nil: ""
            case let value?: value.cypherText
            }
        return Chart.Point(series: label, x: map["x"]?.number ?? 0, y: y)
    }

    /// A plain name: no folder, so that nothing leads out of the import directory.
    private func write(_ text: String, to file: String, in directory: String?) throws {
        let isPlain = !file.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
        guard !file.isEmpty, !file.hasPrefix("."), isPlain else {
            throw QueryError(
                .argument, "\(Self.name): `file` must be a name without folders, but is '\(file)'.")
        }
        _ = try ImportDirectory(path: directory).write(
            [(name: file, bytes: Array(text.utf8))], into: nil)
    }
}
