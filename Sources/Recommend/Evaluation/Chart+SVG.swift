import Foundation

extension Chart {
    /// A document of its own: 640 points wide, no script, no outside reference.
    public var svg: String {
        let picture = points.isEmpty ? "" : kind == .bars ? svgBars : svgLines
        let heading =
            title.isEmpty
            ? "" : text(Layout.width / 2, 24, title, anchor: "middle", size: 16)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(Layout.width)) \
            \(number(svgHeight))" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            \(heading)\(picture)</svg>

            """
    }

    private enum Layout {
        static let width = 640.0
        static let top = 40.0
        static let bar = 24.0
        static let names = 170.0
        static let values = 60.0
        static let lineHeight = 280.0
        static let margin = 60.0
    }

    /// Told apart by people with any colour vision (Okabe and Ito).
    private static let colours = [
        "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000",
    ]

    private var svgHeight: Double {
        kind == .bars
            ? Layout.top + Double(points.count) * Layout.bar + 16
            : Layout.top + Layout.lineHeight + 70
    }

    private var svgBars: String {
        let greatest = points.map { abs($0.y) }.max() ?? 0
        let room = Layout.width - Layout.names - Layout.values - 20
        return points.enumerated().map { place, point -> String in
            let y = Layout.top + Double(place) * Layout.bar
            let length = greatest == 0 ? 0 : abs(point.y) / greatest * room
            let name = text(Layout.names - 8, y + 14, point.series, anchor: "end")
            let bar = """
                <rect x="\(number(Layout.names))" y="\(number(y))" width="\(number(length))" \
                height="\(number(Layout.bar - 6))" fill="\(Self.colours[0])"/>

                """
            let value = text(Layout.names + length + 6, y + 14, Self.text(point.y))
            return name + bar + value
        }.joined()
    }

    private var svgLines: String {
        let range = range
        let xs = points.map(\.x)
        let (left, right) = (xs.min() ?? 0, xs.max() ?? 0)
        let room = Layout.width - Layout.margin - 20
        let bottom = Layout.top + Layout.lineHeight
        func place(_ point: Point) -> (x: Double, y: Double) {
            let across = Self.share(point.x, from: left, to: right)
            let up = Self.share(point.y, from: range.lowerBound, to: range.upperBound)
            return (Layout.margin + across * room, bottom - up * Layout.lineHeight)
        }
        var picture = """
            <path d="M\(number(Layout.margin)) \(number(Layout.top))V\(number(bottom))\
            h\(number(room))" fill="none" stroke="#888"/>

            """
        picture += text(
            Layout.margin - 6, Layout.top + 4, Self.text(range.upperBound), anchor: "end")
        picture += text(Layout.margin - 6, bottom, Self.text(range.lowerBound), anchor: "end")
        picture += text(Layout.margin, bottom + 18, Self.text(left))
        picture += text(Layout.margin + room, bottom + 18, Self.text(right), anchor: "end")
        for (index, line) in series.enumerated() {
            let colour = Self.colours[index % Self.colours.count]
            let corners = line.points.map(place)
            let path = corners.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
            picture += """
                <polyline points="\(path)" fill="none" stroke="\(colour)" stroke-width="2"/>

                """
            for corner in corners {
                picture += """
                    <circle cx="\(number(corner.x))" cy="\(number(corner.y))" r="3" \
                    fill="\(colour)"/>

                    """
            }
            if !line.name.isEmpty {
                let x = Layout.margin + Double(index % 4) * room / 4
                let y = bottom + 36 + Double(index / 4) * 14
                picture += """
                    <circle cx="\(number(x + 4))" cy="\(number(y - 4))" r="4" fill="\(colour)"/>

                    """
                picture += text(x + 12, y, line.name)
            }
        }
        return picture
    }

    private func text(
        _ x: Double, _ y: Double, _ content: String, anchor: String = "start", size: Int = 12
    ) -> String {
        """
        <text x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)" \
        font-size="\(size)">\(Self.escaped(content))</text>

        """
    }

    private func number(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
