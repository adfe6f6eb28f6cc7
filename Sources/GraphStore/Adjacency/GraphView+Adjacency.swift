extension GraphView {
    /// The neighbours along one type in one direction. One reader per operator.
    public func adjacency(_ type: TypeID, _ direction: Direction) -> AdjacencyReader {
        adjacencySnapshot.reader(type, direction)
    }
}
