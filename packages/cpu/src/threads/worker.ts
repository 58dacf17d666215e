import { workerSource } from "./workerSource.ts";

/** A worker of Node or of a browser. */
export interface Thread {
  post(message: unknown): void;
  /** Keeps the process alive for the worker's answer, or stops doing so. */
  hold(held: boolean): void;
  end(): Promise<void>;
}

/** The events of a worker that its pool handles. */
export interface ThreadEvents {
  readonly answered: (answer: unknown) => void;
  /** The worker cannot start, failed, or ended. */
  readonly ended: (reason: string) => void;
}

// This is not an import, because bundlers for browsers would try to follow it.
function nodeWorkers() {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}

/** Starts a worker. In Node it keeps no process alive unless it is held. */
export function startThread(name: string, events: ThreadEvents): Thread {
  return nodeWorkers() ? nodeThread(name, events) : browserThread(name, events);
}

function nodeThread(name: string, { answered, ended }: ThreadEvents): Thread {
  const { Worker } = nodeWorkers() as typeof import("node:worker_threads");
  const source = workerSource(`process.getBuiltinModule("node:worker_threads").parentPort`);
  // The worker does not get the parent's flags and variables, which may load modules into every worker.
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
