import { workerSource } from "./workerSource.ts";

/** A worker of Node or of a browser. */
export interface Thread {
  post(message: unknown): void;
  /** Keeps the process alive for its answer, or no longer. */
  hold(held: boolean): void;
  end(): Promise<void>;
}

/** What a worker tells its pool. */
export interface ThreadEvents {
  readonly answered: (answer: unknown) => void;
  /** It cannot start, failed, or ended. */
  readonly ended: (reason: string) => void;
}

// Not an import, which bundlers for browsers would try to follow.
function nodeWorkers() {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/** Starts a worker; in Node one that keeps no process alive unless held. */
export function startThread(name: string, events: ThreadEvents): Thread {
  return nodeWorkers() ? nodeThread(name, events) : browserThread(name, events);
}

function nodeThread(name: string, { answered, ended }: ThreadEvents): Thread {
  const { Worker } = nodeWorkers() as typeof import("node:worker_threads");
  const source = workerSource(`process.getBuiltinModule("node:worker_threads").parentPort`);
  // Without the parent's flags and variables, which may load modules into every worker.
  const worker = new Worker(source, { eval: true, name, execArgv: [], env: {} });
  worker.on("message", answered);
  worker.on("error", (error) => ended(String(error)));
  worker.on("exit", (code) => ended(`exit code ${code}`));
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    hold: (held) => {
      if (held) worker.ref();
      else worker.unref();
    },
    end: async () => {
      await worker.terminate();
    },
  };
}

function browserThread(name: string, { answered, ended }: ThreadEvents): Thread {
  const blob = new Blob([workerSource("self")], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(url, { name });
  worker.onmessage = ({ data }) => {
    URL.revokeObjectURL(url);
    answered(data);
  };
  worker.onerror = (event) => {
    URL.revokeObjectURL(url);
    ended(event.message || "the worker could not start");
  };
  return {
    post: (message) => worker.postMessage(message),
    hold: () => {},
    end: async () => worker.terminate(),
  };
}
