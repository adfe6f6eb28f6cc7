// # GraphNetworks
//
// Graph neural networks: layers with PyTorch Geometric's names and numbers, their gradients, their
// training, and their application to neighbourhoods that are sampled from a snapshot now, or to its
// whole graph, commit after commit. Knows no Cypher.
//
// ```
// Safetensors   names → tensors                files as PyTorch's users exchange them
// MessageBlock  edges by target                what messages pass along
// Tape          operations that are undone     values at once, gradients backwards (Variable, Adam)
// Layers        a step of a network            GCN, SAGE, GAT, GATv2, RGCN, GIN, LG; dense
// Models        steps, from JSON and weights   NetworkModel; LightGCN, KGAT, inner products
// Scoring       a sample in, embeddings out    NetworkScorer; StoredNetworks: the model store
// Incremental   the whole graph, kept current    CurrentEmbeddings: rows of layers follow commits
// Training      mini-batches of links          LinkPredictionTrainer
// LightGCN      the whole graph per batch      LightGCNTrainer: a pass of its own, without a tape
// ```
//
// One implementation of each layer serves scoring and training: a tape that does not record only
// computes. A neighbourhood's nodes are in order of distance, so that a layer is computed for those
// nodes alone on which the result depends: the first rows, and a prefix of the edges.
//
// Invariants: the same seed gives the same numbers, whatever the number of threads; what comes from
// a file or a caller of a procedure is checked and never traps; scoring changes no model.
