/** The longest times in which a page did not answer, by what it was doing. */
export interface Blocks {
  /** Says what the page does from now on. */
  now(phase: string): void;
  /** Runs work under a name, with rests before and after it. */
  during<T>(phase: string, work: () => Promise<T>): Promise<T>;
  /** The longest block of each phase in milliseconds, and the tasks that the browser calls long. */
  text(): string;
}

const interval = 4;

/** Watches the main thread by a timer of 4 ms, and by the browser's own list of tasks of more than 50 ms. */
export function blocks(): Blocks {
  const longest = new Map<string, number>();
  let phase = "";
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const late = Math.max(0, now - last - interval);
    last = now;
    if (phase !== "") longest.set(phase, Math.max(longest.get(phase) ?? 0, late));
  }, interval);
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ entryTypes: ["longtask"] });
  const rest = () => new Promise((done) => setTimeout(done, 50));
  return {
    now: (next) => {
      phase = next;
    },
    during: async (next, work) => {
      await rest();
      phase = next;
      const result = await work();
      await rest();
      phase = "";
      return result;
    },
    text: () => {
      clearInterval(timer);
      observer.disconnect();
      const times = [...longest].map(([name, time]) => `${name} ${time.toFixed(0)} ms`);
      const long = tasks.map((task) => `${task.toFixed(0)} ms`);
      return `${times.join(", ")}; long tasks: ${long.join(", ") || "none"}`;
    },
  };
}
