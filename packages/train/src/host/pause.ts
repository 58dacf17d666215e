/** How long work may go on before the event loop gets a turn, in milliseconds. */
const longest = 25;

/** Waits until everything that waits on the event loop had its turn. It takes microseconds. */
export function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate !== undefined) return new Promise((done) => setImmediate(done));
  // In pages a timer waits for at least 4 ms, and a message does not.
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

/** Returns a function to call between pieces of work. It gives the event loop a turn if the last one was long ago. */
export function pacer(): () => Promise<void> | null {
  let last = performance.now();
  return () => {
    if (performance.now() - last < longest) return null;
    return turn().then(() => {
      last = performance.now();
    });
  };
}
