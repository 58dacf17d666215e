/** How long work may go on before the event loop gets a turn, in milliseconds. */
const longest = 25;

/** Waits until everything that waits on the event loop had its turn; takes microseconds. */
export function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate !== undefined) return new Promise((done) => setImmediate(done));
  // In pages timers rest for 4 ms; messages do not.
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.postMessage(null);
  });
}

/** Call it between pieces of work: it gives the event loop a turn where the last one is long ago. */
export function pacer(): () => Promise<void> | null {
  let last = performance.now();
  return () => {
    if (performance.now() - last < longest) return null;
    return turn().then(() => {
      last = performance.now();
    });
  };
}
