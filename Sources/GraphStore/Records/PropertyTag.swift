/// What a stored property is: one byte beside its key. The numbers are the format.
///
/// ```
/// boolean          no payload: the tag says which
/// integer          1, 2, 4 or 8 bytes, the fewest that hold it
/// float            8 bytes
/// string, bytes    as they are
/// date, localTime  Int64
/// time             Int64 · offset Int32
/// localDateTime    seconds Int64 · nanoseconds Int32
/// dateTime         seconds Int64 · nanoseconds Int32 · offset Int32 · zone as UTF-8, or nothing
/// duration         months, days, seconds Int64 · nanoseconds Int32
/// point            system Int32 · x, y, z Float64
/// vector           Float32 …
/// list             element tag u8 · count u32 · elements:
///                    of booleans one byte each, of integers and floats 8 bytes each,
///                    of others the end of each u32 …, then their payloads
/// ```
enum PropertyTag: UInt8 {
    case booleanFalse = 1
    case booleanTrue, integer8, integer16, integer32, integer64, float, string, bytes, date, localTime
    case time, localDateTime, dateTime, duration, point, vector, list
}
