import Testing

@testable import BulkImport

@Suite struct HeaderTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func header(_ text: String, _ kind: Header.Kind) throws -> Header {
        var reader = try CSVReader(try directory.write("h.csv", text), .init())
        _ = try reader.readRecord()
        return try Header(reader, kind)
    }

    private func property(
        _ name: String, _ type: ColumnType, isArray: Bool = false, timezone: String? = nil,
        crs: String? = nil
    ) -> ColumnRole {
        .property(
            name: name, type: type, isArray: isArray, options: .init(timezone: timezone, crs: crs))
    }

    @Test func readsNodeColumns() throws {
        #expect(
            try header(":ID", .nodes).columns == [.id(property: nil, IDSpace())])
        #expect(
            try header("movieId:ID(Movie-ID),title,year:int,:LABEL,:IGNORE,x:ignore", .nodes)
                .columns
                == [
                    .id(property: "movieId", IDSpace(name: "Movie-ID")), property("title", .string),
                    property("year", .int), .label, .ignore, .ignore,
                ])
        #expect(
            try header("id:ID(a:b){id-type:long}", .nodes).columns
                == [.id(property: "id", IDSpace(name: "a:b", idType: .integer))])
        #expect(
            try header(":ID(Person){label:Person}", .nodes).columns
                == [.id(property: nil, IDSpace(name: "Person"))])
    }

    @Test func readsRelationshipColumns() throws {
        #expect(
            try header(":START_ID(A),role:string[],:END_ID(B),:TYPE", .relationships).columns
                == [
                    .startID(IDSpace(name: "A")), property("role", .string, isArray: true),
                    .endID(IDSpace(name: "B")), .type,
                ])
    }

    @Test func readsEveryType() throws {
        for type in ColumnType.allCases {
            #expect(try header("x:\(type.rawValue)", .nodes).columns == [property("x", type)])
            #expect(
                try header("x:\(type.rawValue.uppercased())[]", .nodes).columns
                    == [property("x", type, isArray: true)])
        }
        #expect(try header("a:b:int", .nodes).columns == [property("a:b", .int)])
        #expect(try header("name (full)", .nodes).columns == [property("name (full)", .string)])
        #expect(
            try header("b:bool,i:integer", .nodes).columns
                == [property("b", .boolean), property("i", .long)])
    }

    @Test func readsOptions() throws {
        #expect(
            try header("t:time{timezone:+02:00}", .nodes).columns
                == [property("t", .time, timezone: "+02:00")])
        #expect(
            try header("t:datetime{timezone:Europe/Stockholm}[]", .nodes).columns
                == [property("t", .datetime, isArray: true, timezone: "Europe/Stockholm")])
        #expect(
            try header("p:point[]{crs: 'WGS-84'}", .nodes).columns
                == [property("p", .point, isArray: true, crs: "WGS-84")])
    }

    @Test(arguments: [
        (":ID,x:number", 5, "no type `number`"),
        ("a,,b", 3, "has no name"),
        (":ID,:int", 5, "needs a name"),
        ("a,b,a:int", 5, "twice"),
        (":ID,:START_ID", 5, "does not belong"),
        (":TYPE", 1, "does not belong"),
        ("a,t:time{zone:+01:00}", 3, "no option `zone`"),
        ("t:time{timezone:Nowhere}", 1, "no time zone"),
        (":ID{id-type:float}", 1, "string or integer"),
        (":ID(A),b:ID(B)", 1, "one id space"),
    ])
    func refusesNodeHeaders(text: String, column: Int, reason: String) throws {
        let error = #expect(throws: ImportError.self) { try header(text, .nodes) }
        #expect(error?.place?.line == 1)
        #expect(error?.place?.column == column)
        #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
    }

    @Test(arguments: [":START_ID", ":END_ID,:TYPE", "a,b", ":START_ID,:END_ID,:LABEL", ":ID"])
    func refusesRelationshipHeaders(text: String) {
        #expect(throws: ImportError.self) { try header(text, .relationships) }
    }
}
