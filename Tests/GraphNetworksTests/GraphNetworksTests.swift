import Testing
import GraphNetworks

@Suite struct GraphNetworksTests {}
