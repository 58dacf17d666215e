/**
 * One rank of the suite `mpi`: pings the others by allreduces, trains, and prints as JSON what a step takes on rank 0. Arguments: the
 * rows of this rank, and how many steps count.
 */
import { mpi } from "@metrigrad/mpi";
import { type Communicator, fit } from "metrigrad";
import { median } from "../measure.ts";
import type { Measured } from "./launch.ts";
import { data, likelihood, model, backend as open, optimizer } from "./training.ts";

/** Steps before any counts. */
const warming = 6;
/** Floats and repeats of the pings: one that shows α, and one that shows β. */
const pings = [
  { floats: 1, repeats: 300 },
  { floats: 2 ** 20, repeats: 20 },
] as const;

const [rows = 1, counting = 1] = process.argv.slice(2).map(Number);
const world = mpi();

/** Seconds of an allreduce of so many floats: the median. */
function ping({ floats, repeats }: (typeof pings)[number]): number {
  const values = new Float32Array(floats);
  const times: number[] = [];
  for (let at = 0; at < repeats + 5; at++) {
    world.barrier();
    const start = performance.now();
    world.allreduce(values);
    if (at >= 5) times.push((performance.now() - start) / 1000);
  }
  return median(times);
}

/** The same ranks, with a clock for the exchanges of floats. */
function clocked(): { readonly communicator: Communicator; take(): number } {
  let seconds = 0;
  const communicator: Communicator = {
    ...world,
    allreduce(values, operation) {
      const start = performance.now();
      world.allreduce(values, operation);
      seconds += (performance.now() - start) / 1000;
    },
    allgather(part, values) {
      const start = performance.now();
      world.allgather(part, values);
      seconds += (performance.now() - start) / 1000;
    },
  };
  return {
    communicator,
    take() {
      const taken = seconds;
      seconds = 0;
      return taken;
    },
  };
}

const [small = 0, large = 0] = pings.map(ping);
const { communicator, take } = clocked();
const backend = await open();
const whole = await data();
const perEpoch = Math.floor(whole.train.inputs.shape[0] ?? 0) / (rows * world.size);
const [steps, exchanges]: [number[], number[]] = [[], []];
let before = performance.now();
const run = fit(model(), {
  data: whole,
  likelihood: likelihood(),
  optimizer: optimizer(),
  batchSize: rows,
  epochs: Math.ceil((warming + counting) / Math.floor(perEpoch)),
  seed: 1,
  backend,
  evaluate: false,
  distributed: communicator,
  onStep: () => {
    const now = performance.now();
    steps.push((now - before) / 1000);
    exchanges.push(take());
    before = now;
  },
});
await run.finish();
/** The shares of the metric and of its factors in what a rank computes, of the steps that were measured kind by kind. */
const kinds = run.profile().filter(({ kind }) => kind !== "exchange");
const sum = (all: typeof kinds, of: "seconds" | "secondsMetric") =>
  all.reduce((total, one) => total + one[of], 0);
const factors = kinds.filter(({ kind }) => ["cholesky", "triangularSolve", "eigh"].includes(kind));
const [step, communicate] = [median(steps.slice(warming)), median(exchanges.slice(warming))];
const measured: Measured = {
  ranks: world.size,
  step,
  communicate,
  metric: ((step - communicate) * sum(kinds, "secondsMetric")) / sum(kinds, "seconds"),
  factorise: ((step - communicate) * sum(factors, "secondsMetric")) / sum(kinds, "seconds"),
  ping: { small, large, bytes: 4 * pings[1].floats },
};
await run.close();
await backend.close();
if (world.rank === 0) process.stdout.write(`${JSON.stringify(measured)}\n`);
