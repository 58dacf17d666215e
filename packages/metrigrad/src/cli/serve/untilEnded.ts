const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Resolves when the process is asked to end: by Ctrl-C, by another process, or as its terminal is closed. */
export function untilEnded(): Promise<void> {
  return new Promise((done) => {
    const heard = () => {
      for (const signal of signals) process.off(signal, heard);
      done();
    };
    for (const signal of signals) process.on(signal, heard);
  });
}
