// # GraphNetworks
//
// Graph neural networks: layers, their gradients, training, and weights as PyTorch Geometric
// writes them.
