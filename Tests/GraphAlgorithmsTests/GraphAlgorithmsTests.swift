import Testing
import GraphAlgorithms

@Suite struct GraphAlgorithmsTests {}
