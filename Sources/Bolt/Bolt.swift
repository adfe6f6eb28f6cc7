// Bolt: the protocol that Neo4j's drivers speak, from bytes to the database and back.
//
// The life of a message:
//
//     socket ──▶ BoltChannelHandler        bytes, on an event loop
//                  │ Handshake             which version
//                  │ MessageAssembler      chunks become messages
//                  │ Request               PackStream becomes a request, all bounds checked
//                  ▼
//                BoltConnectionStateMachine
//                  │                       a value: event in, actions out
//                  ▼
//                LoopRound                 still the loop: answers what takes microseconds
//                  │ else
//                QueryWorker               a thread that may block: runs, pulls, commits
//                  │ BoltSession, BoltCursor
//                  │ RecordEncoder         columns become RECORD messages, a turn at a time
//                  ▼
//     socket ◀── BoltChannelHandler        the turn's records and the response, in one write
//
// - PackStream/ knows values and bytes, and nothing of messages.
// - Protocol/ knows messages and versions, and nothing of their order.
// - Connection/ knows their order, and nothing of bytes, threads or time.
// - Server/ has the threads and the time, and decides nothing.
// - TLS/ stands between the socket and the handler where the server has a certificate, and is not
//   there where it has none.
// - BoltBackend.swift is all that this room knows of the database.
//
// What holds throughout:
//
// - Requests are answered in the order in which they came, each exactly once. Clients send ahead;
//   requests queue in the state machine, and one job of a connection runs at a time.
// - An event loop waits for nobody. Of all statements it answers only those that read one node by
//   its key, by a plan that is known, when nothing else of that client waits; and none of them for a
//   while after one has waited for the disk. It begins transactions, ends those that only read, and
//   puts a statement that is known to write in line for the database's writer. Waking a worker for
//   any of these costs more than that.
// - A result is read only as fast as its client takes it: `PULL n` bounds what is asked for, and an
//   unwritable channel parks the reader between two turns, and the next statement before it runs,
//   without a thread.
// - Whatever a client sends, the process stays up: sizes are held against the bytes that are there,
//   depth, message size, queue and time have limits with names.
// - A client that goes away cancels what runs for it; its transaction is rolled back.
