import Testing
import Values

@Suite struct TemporalTests {
    private func text(_ expression: String) throws -> String {
        try Expression.evaluate(expression).cypherText
    }

    @Test(arguments: [
        ("date('2020-02-29')", "2020-02-29"), ("date('20200229')", "2020-02-29"),
        ("date('2020-W01-1')", "2019-12-30"), ("date('2020W537')", "2021-01-03"),
        ("date('2020-366')", "2020-12-31"), ("date('2020-Q2-60')", "2020-05-30"),
        ("date('2020Q2')", "2020-04-01"), ("date('-0044-03-15')", "-0044-03-15"),
        ("date('+999999999-12-31')", "+999999999-12-31"), ("date('0000-01-01')", "0000-01-01"),
        ("localtime('21:40:32,1')", "21:40:32.100"), ("localtime('214032.142')", "21:40:32.142"),
        ("localtime('21')", "21:00"), ("time('2140')", "21:40Z"),
        ("time('21:40+02:05:59')", "21:40+02:05:59"),
        ("localdatetime('2015T214032')", "2015-01-01T21:40:32"),
        ("localdatetime('2015-W30-2T21')", "2015-07-21T21:00"),
        ("datetime('2015-07-21')", "2015-07-21T00:00Z"),
        ("datetime('2015-07-21T21:40[Europe/London]')", "2015-07-21T21:40+01:00[Europe/London]"),
        ("datetime('1600-01-01T00:00[Europe/London]')", "1600-01-01T00:00-00:01:15[Europe/London]"),
        (
            "datetime({year: 999999999, month: 7, timezone: 'Europe/Paris'})",
            "+999999999-07-01T00:00+02:00[Europe/Paris]"
        ),
        (
            "datetime({year: -999999999, month: 7, timezone: 'Europe/Paris'})",
            "-999999999-07-01T00:00+00:09:21[Europe/Paris]"
        ),
        ("datetime('2999-07-01T00:00[Europe/Paris]')", "2999-07-01T00:00+02:00[Europe/Paris]"),
        ("duration('P14DT16H12M')", "P14DT16H12M"), ("duration('P5M1.5D')", "P5M1DT12H"),
        ("duration('P0.75M')", "P22DT19H51M49.5S"), ("duration('PT0.75M')", "PT45S"),
        ("duration('P2.5W')", "P17DT12H"), ("duration('PT-1.5S')", "PT-1.5S"),
        ("duration('-P1Y2M')", "P-1Y-2M"), ("duration('PT0.000000001S')", "PT0.000000001S"),
        ("duration('P2012-02-02T14:37:21.545')", "P2012Y2M2DT14H37M21.545S"),
    ])
    func parsing(_ expression: String, _ expected: String) throws {
        #expect(try text(expression) == expected)
    }

    @Test(arguments: [
        "date('2021-02-29')", "date('2015-13-01')", "date('2021-W53')", "date('2021-366')",
        "date('')",
        "date('2015-7-1')", "date('21')", "date('+1000000000-01-01')", "date('2015-07-21T10')",
        "localtime('24:00')", "localtime('12:60')", "localtime('1')", "time('10:00+19:00')",
        "localtime('10:00:00.')", "datetime('2015-01-01T00:00[Nowhere/City]')",
        "datetime('2015-07-21T21:40+05:00[Europe/London]')", "duration('P')", "duration('1D')",
        "duration('PT')", "duration('P1D2Y')", "duration('P1H')", "date({month: 2})",
        "date({year: 2015, day: 3})", "date({year: 2015, hour: 3})", "date({year: 2015, foo: 3})",
        "localtime({minute: 3})",
        "localtime({hour: 1, minute: 2, second: 3, microsecond: 1000000})",
        "date.truncate('hour', date('2015-01-01'))", "localtime.truncate('month', localtime('10'))",
        "date(7)", "duration({foo: 1})", "date('2015-01-01') + duration({years: 9999999999})",
    ])
    func malformed(_ expression: String) {
        #expect(throws: ValueError.self) { try Expression.evaluate(expression) }
    }

    @Test(arguments: [
        ("date({date: date('1984-11-11'), week: 1})", "1984-01-08"),
        ("date({date: date('1984-11-11'), ordinalDay: 28})", "1984-01-28"),
        ("date({date: date('1984-11-11'), quarter: 3})", "1984-08-11"),
        ("date({date: date('1984-03-31'), month: 2})", "1984-02-29"),
        ("date({year: 2020, WEEK: 53, dayofweek: 5})", "2021-01-01"),
        (
            "localtime({hour: 1, minute: 2, second: 3, millisecond: 4, microsecond: 5, "
                + "nanosecond: 6})",
            "01:02:03.004005006"
        ),
        (
            "localdatetime({date: date('2020-01-02'), time: time('10:11+02:00')})",
            "2020-01-02T10:11"
        ),
        ("datetime({epochSeconds: 416779, nanosecond: 23})", "1970-01-05T19:46:19.000000023Z"),
        ("datetime({epochMillis: 237821673987})", "1977-07-15T13:34:33.987Z"),
        ("datetime.fromepoch(416779, 999999999)", "1970-01-05T19:46:19.999999999Z"),
        ("datetime.fromepochmillis(-1)", "1969-12-31T23:59:59.999Z"),
        ("date()", "1970-01-01"), ("datetime()", "1970-01-01T00:33:20.000000005Z"),
        ("datetime.transaction()", "1970-01-01T00:16:40Z"),
        ("datetime.realtime('Asia/Tokyo')", "1970-01-01T09:50+09:00[Asia/Tokyo]"),
        ("time({timezone: '+02:00'})", "02:33:20.000000005+02:00"), ("date(null)", "null"),
    ])
    func construction(_ expression: String, _ expected: String) throws {
        #expect(try text(expression) == expected)
    }

    @Test(arguments: [
        ("date('2020-01-31') + duration('P1M')", "2020-02-29"),
        ("date('2020-02-29') - duration('P1Y')", "2019-02-28"),
        ("date('2020-01-01') + duration('PT47H')", "2020-01-02"),
        ("localtime('23:00') + duration('PT90M')", "00:30"),
        ("time('00:30+01:00') - duration('PT1H')", "23:30+01:00"),
        (
            "datetime('2017-10-28T12:00[Europe/Stockholm]') + duration('P1D')",
            "2017-10-29T12:00+01:00[Europe/Stockholm]"
        ),
        (
            "datetime('2017-10-28T12:00[Europe/Stockholm]') + duration('PT24H')",
            "2017-10-29T11:00+01:00[Europe/Stockholm]"
        ),
        ("duration('P1Y') + duration('PT1.5S') - duration('PT2S')", "P1YT-0.5S"),
        ("duration('P1M') * 0.75", "P22DT19H51M49.5S"), ("duration('PT1.5S') * -3", "PT-4.5S"),
        ("duration('P12Y5M14DT16H13M10S') / 2", "P6Y2M22DT13H21M8S"),
        ("3 * duration('P1D')", "P3D"), ("-duration('PT0.1S')", "PT-0.1S"),
        ("duration.between(date('2018-03-11'), date('2016-06-24'))", "P-1Y-8M-17D"),
        ("duration.inMonths(date('2020-01-31'), date('2020-02-29'))", "PT0S"),
        ("duration.inDays(localdatetime('2020-01-01T12'), localdatetime('2020-01-03T11'))", "P1D"),
        (
            "duration.inSeconds(localdatetime('-999999999-01-01'), "
                + "localdatetime('+999999999-12-31T23:59:59'))",
            "PT17531639991215H59M59S"
        ),
    ])
    func arithmetic(_ expression: String, _ expected: String) throws {
        #expect(try text(expression) == expected)
    }

    /// The hour that a spring night skips, and the one that an autumn night has twice.
    @Test func clocksThatChange() throws {
        let zone =
            "{year: 2017, month: MONTH, day: DAY, hour: 2, minute: 30, timezone: 'Europe/Stockholm'}"
        let spring = zone.replacing("MONTH", with: "3").replacing("DAY", with: "26")
        let autumn = zone.replacing("MONTH", with: "10").replacing("DAY", with: "29")
        #expect(try text("datetime(\(spring))") == "2017-03-26T03:30+02:00[Europe/Stockholm]")
        #expect(try text("datetime(\(autumn))") == "2017-10-29T02:30+02:00[Europe/Stockholm]")
        let second = "datetime('2017-10-29T02:30+01:00[Europe/Stockholm]')"
        #expect(try text(second) == "2017-10-29T02:30+01:00[Europe/Stockholm]")
        #expect(try text("datetime(\(second))") == "2017-10-29T02:30+01:00[Europe/Stockholm]")
        #expect(try text("time(\(second))") == "02:30+01:00")
        #expect(
            try text("datetime.truncate('hour', \(second))")
                == "2017-10-29T02:00+01:00[Europe/Stockholm]")
    }

    @Test(arguments: [
        ("date.truncate('weekYear', date('2021-01-01'))", "2019-12-30"),
        ("date.truncate('century', date('-0001-05-05'))", "-0100-01-01"),
        (
            "datetime.truncate('millennium', date('2017-10-11'), {timezone: 'Europe/Stockholm'})",
            "2000-01-01T00:00+01:00[Europe/Stockholm]"
        ),
        (
            "localdatetime.truncate('day', datetime('2017-10-11T12:31+01:00'), {nanosecond: 2})",
            "2017-10-11T00:00:00.000000002"
        ),
        (
            "time.truncate('millisecond', localtime('12:31:14.645876123'), {nanosecond: 2})",
            "12:31:14.645000002Z"
        ),
        ("localtime.truncate('minute', localtime('12:31:14'), {second: 7})", "12:31:07"),
    ])
    func truncation(_ expression: String, _ expected: String) throws {
        #expect(try text(expression) == expected)
    }

    @Test(arguments: [
        ("date('2021-01-03').week", "53"), ("date('2021-01-03').weekYear", "2020"),
        ("date('2021-01-03').dayOfWeek", "7"), ("date('2020-12-31').ordinalDay", "366"),
        ("date('2020-12-31').dayOfQuarter", "92"), ("time('10:11-01:30').offset", "'-01:30'"),
        ("time('10:11-01:30').offsetMinutes", "-90"),
        ("datetime('1969-12-31T23:59:59.999Z').epochMillis", "-1"),
        ("datetime('2020-01-01T00:00[Asia/Tokyo]').timezone", "'Asia/Tokyo'"),
        ("duration('P1Y4M10DT1H1M1.111111111S').quarters", "5"),
        ("duration('P1Y4M10DT1H1M1.111111111S').monthsOfYear", "4"),
        ("duration('P1Y4M10DT1H1M1.111111111S').minutes", "61"),
        ("duration('P1Y4M10DT1H1M1.111111111S').nanoseconds", "3661111111111"),
        ("duration('P1Y4M10DT1H1M1.111111111S').millisecondsOfSecond", "111"),
        ("duration('PT-0.1S').seconds", "-1"),
        ("duration('PT-0.1S').nanosecondsOfSecond", "900000000"),
    ])
    func components(_ expression: String, _ expected: String) throws {
        #expect(try text(expression) == expected)
    }

    @Test func datesCountEveryDay() throws {
        // A model that walks: one day after the other through four centuries and a border of eras.
        var (year, month, day) = (-3, 12, 30)
        var current = try DateValue(parsing: "-0003-12-30")
        for _ in 0..<150_000 {
            let length =
                month == 2
                ? (year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28)
                : ([4, 6, 9, 11].contains(month) ? 30 : 31)
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
            current.epochDay += 1
            guard case .integer(Int64(day))? = try Value.date(current).component("day"),
                case .integer(Int64(month))? = try Value.date(current).component("month"),
                case .integer(Int64(year))? = try Value.date(current).component("year")
            else {
                Issue.record("\(year)-\(month)-\(day) is shown as \(current)")
                return
            }
        }
    }

    @Test func everyTextReadsBack() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let date = DateValue(
                epochDay: Int64.random(in: -365_243_219_162...365_241_780_471, using: &generator))
            #expect(try DateValue(parsing: date.description) == date)
            let duration = DurationValue(
                months: Int64.random(in: -99...99, using: &generator),
                days: Int64.random(in: -99...99, using: &generator),
                seconds: Int64.random(in: -9_999...9_999, using: &generator),
                nanoseconds: Int32.random(in: 0..<1_000_000_000, using: &generator))
            #expect(try DurationValue(parsing: duration.description) == duration)
            let instant = DateTimeValue(
                epochSecond: Int64.random(in: -99_999_999_999...99_999_999_999, using: &generator),
                nanosecond: Int32.random(in: 0..<1_000_000_000, using: &generator),
                in: try TemporalZone(named: "Europe/Stockholm"))
            #expect(try DateTimeValue(parsing: instant.description) == instant)
        }
    }
}
