/** Milliseconds within which two signals are one press: npm hands on what a terminal has sent already. */
const samePress = 250;

/**
 * Lets Ctrl-C end some work in good order: the first one calls `stop`, the second one calls `leave` and ends the process at
 * once with code 130.
 * @returns A function that takes the signal off again.
 */
export function onInterrupt(stop: () => void, leave: () => void): () => void {
  let first: number | null = null;
  const heard = () => {
    const now = performance.now();
    if (first === null) {
      first = now;
      stop();
      return;
    }
    if (now - first < samePress) return;
    leave();
    process.exit(130);
  };
  process.on("SIGINT", heard);
  return () => process.off("SIGINT", heard);
}
