/**
 * How long work may go on before the event loop gets a turn, in milliseconds. A page draws every 16 ms, and a task of more than
 * 50 ms counts as long.
 */
const longest = 12;

let last = Number.NEGATIVE_INFINITY;

/**
 * Waits until the event loop had a turn. It takes microseconds.
 *
 * In pages a timer waits for at least 4 ms, and `scheduler.yield()` goes on before timers and messages that wait. So this is a
 * message and its answer: the answer takes its place behind timers that became due while the page was busy.
 */
export function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown };
  if (setImmediate !== undefined) return new Promise((done) => setImmediate(done));
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      done();
    };
    port2.onmessage = () => port2.postMessage(null);
    port1.postMessage(null);
  });
}

/**
 * Gives the event loop a turn if the last one was more than 12 ms ago. Call it between pieces of long work, so that a page stays
 * responsive.
 *
 * All work of a thread shares one clock, so short pieces that follow each other get their turns too.
 *
 * @returns A promise that resolves after the turn; null if no turn is due.
 * @nothrow
 * @category For authors of backends
 */
export function pause(): Promise<void> | null {
  if (performance.now() - last < longest) return null;
  return turn().then(() => {
    last = performance.now();
  });
}

/**
 * Work in pieces: a generator that yields where the event loop may have a turn, and returns the result.
 *
 * @category For authors of backends
 */
export type Pieces<T> = Generator<void, T, void>;

/**
 * Does work in pieces, and calls {@link pause} after each piece.
 *
 * @param work - The work.
 * @returns A promise of the result of the work.
 * @throws {@link MetrigradError} or any other error, if the work throws it.
 * @category For authors of backends
 */
export async function inPieces<T>(work: Pieces<T>): Promise<T> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    const due = pause();
    if (due !== null) await due;
  }
}

/**
 * Does work in pieces without a pause.
 *
 * @param work - The work.
 * @returns The result of the work.
 * @throws {@link MetrigradError} or any other error, if the work throws it.
 * @category For authors of backends
 */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
