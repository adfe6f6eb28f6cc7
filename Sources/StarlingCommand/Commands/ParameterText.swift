import Values

/// `name=JSON`, as `--param` and the shell's `:param` take it.
enum ParameterText {
    static func parse(_ texts: [String]) throws -> ValueMap {
        var map = ValueMap()
        for text in texts {
            let (name, value) = try parse(text)
            map[name] = value
        }
        return map
    }

    static func parse(_ text: String) throws -> (name: String, value: Value) {
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw CommandFailure(usage: "a parameter is written name=JSON, not `\(text)`")
        }
        let name = String(text[..<equals])
        let json = String(text[text.index(after: equals)...])
        do {
            return (name, try JSONReader.read(json))
        } catch {
            throw CommandFailure(
                usage: "the parameter `\(name)` is not JSON: \(error). Strings need their quotes: "
                    + "--param '\(name)=\"text\"'")
        }
    }
}
