import type { Answered, Argument, Ask, Methods, Said } from "./protocol.ts";

/** A worker as its page sees it. */
export interface PageWorker<M, E> {
  /** Calls a function of the worker. Rejects with an error that has its message. */
  call<K extends keyof M & string>(name: K, value: Argument<M[K]>): Promise<Answered<M[K]>>;
  /** Listens to an event. */
  on<K extends keyof E & string>(name: K, listener: (value: E[K]) => void): void;
  /** Ends the worker at once; calls that are open are rejected. */
  end(): void;
}

interface Open {
  readonly done: (value: never) => void;
  readonly failed: (error: Error) => void;
}

/** Starts the worker of a page, whose file is named after it. */
export function startWorker<M extends Methods<M>, E>(name: string): PageWorker<M, E> {
  const worker = new Worker(new URL(`code/worker-${name}.js`, document.baseURI), {
    type: "module",
    name,
  });
  const open = new Map<number, Open>();
  const listeners = new Map<string, (value: never) => void>();
  let last = 0;
  const failAll = (message: string) => {
    for (const { failed } of open.values()) failed(new Error(message));
    open.clear();
  };
  worker.onmessage = ({ data }: MessageEvent<Said>) => {
    if ("event" in data) {
      listeners.get(data.event)?.(data.value as never);
      return;
    }
    const own = open.get(data.id);
    open.delete(data.id);
    if ("failure" in data) own?.failed(new Error(data.failure));
    else own?.done(data.value as never);
  };
  worker.onerror = ({ message }) => failAll(message || "the worker could not be started");
  return {
    call: (method, value) =>
      new Promise((done, failed) => {
        last++;
        open.set(last, { done: done as Open["done"], failed });
        worker.postMessage({ id: last, name: method, value } satisfies Ask);
      }),
    on: (event, listener) => {
      listeners.set(event, listener as (value: never) => void);
    },
    end: () => {
      worker.terminate();
      failAll("the worker was ended");
    },
  };
}
