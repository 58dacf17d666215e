import type { Ask, Methods, Said } from "./protocol.ts";

/** The part of a worker's global object that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(said: Said): void;
}

/** Answers the page's calls in a worker. Returns the function that sends events to the page. */
export function answerCalls<M extends Methods<M>, E>(
  methods: M,
): <K extends keyof E & string>(event: K, value: E[K]) => void {
  const scope = globalThis as unknown as WorkerScope;
  scope.onmessage = async ({ data: { id, name, value } }) => {
    try {
      const method = methods[name as keyof M] as unknown as (value: unknown) => unknown;
      scope.postMessage({ id, value: await method(value) });
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      scope.postMessage({ id, failure });
    }
  };
  return (event, value) => scope.postMessage({ event, value });
}
