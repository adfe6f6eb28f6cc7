import ArgumentParser

/// Measures methods of recommendation without a server: how well they predict, and how long a fit
/// takes.
@main
struct Learning: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learning", abstract: "Measure how methods of recommendation learn.",
        subcommands: [Ratings.self, Ranking.self, Neighbours.self, Neighbourhoods.self])
}
