import type { Store } from "@metrigrad/tensor";
import type { EpochEvent, Run } from "../../src/index.ts";

/** The values of a store by path, without data. */
export async function values(store: Store) {
  const own = store.variables.filter(({ spec }) => spec.role !== "data");
  const read = async ({ path }: { path: string }) => [path, (await store.read(path)).toArray()];
  return Object.fromEntries(await Promise.all(own.map(read)));
}

const untimed = (events: readonly EpochEvent[]) =>
  events.map(({ seconds, secondsMetric, stepsPerSecond, ...event }) => event);

/** What a run leaves, but for its times. */
export async function result(run: Run) {
  const history = untimed(await run.finish());
  const left = { history, best: run.best, values: await values(run.store) };
  await run.close();
  return left;
}
