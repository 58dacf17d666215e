import { compile, type Feeds, type Program } from "@metrigrad/graph";
import type { AnyModule } from "@metrigrad/nn";
import { type Handle, type Step, type Store, tensor } from "@metrigrad/tensor";
import type { TrainBatch } from "../../data/batchSource.ts";
import type { AnyFitOptions } from "../../fit/options.ts";
import { numberFeed } from "../../step/feeds.ts";
import type { Stage } from "../cut.ts";
import { exchange, type Place, stagesOn } from "../stages.ts";
import { type Built, builtStep } from "./built.ts";
import type { DueSet } from "./dueSets.ts";
import { type Mirror, mirrorOf } from "./mirror.ts";

/**
 * The seconds of a step on one rank, without its messages.
 *
 * @category Distributed
 */
export interface RankTime {
  /** The seconds of all work that is not on the metric. All of it, if `metric` is null. */
  readonly compute: number;
  /** The seconds of all work on the metric. Null if the backend cannot measure its steps one by one. */
  readonly metric: number | null;
  /** The part of `metric` that is Cholesky factors, solves with them, and eigenvectors. Null if `metric` is. */
  readonly factorise: number | null;
}

/** Steps that are run before any counts, so that the engine has compiled its code. */
const warming = 2;
/** The least and the most steps that count. */
const [least, most] = [3, 200];

const factorising: ReadonlySet<string> = new Set(["cholesky", "triangularSolve", "eigh"]);

/** Returns whether a step of a plan makes factors, or solves with them; a loop does if one of its steps does. */
function factorises(step: Step): boolean {
  return step.kind === "loop" ? step.body.some(factorises) : factorising.has(step.kind);
}

/** A stage that is ready to run. */
interface Ready {
  readonly stage: Stage;
  readonly program: Program<readonly Handle[]>;
}

/** Runs the step of one rank on a store, for about so many seconds for each kind of step. */
export async function measuredStep(
  model: AnyModule,
  options: AnyFitOptions,
  store: Store,
  { ranks, seconds }: { readonly ranks: Place; readonly seconds: number },
): Promise<RankTime> {
  const built = await builtStep(model, options, store, ranks);
  try {
    const { failed, begin } = built.graph;
    await store.write(failed.attrs, tensor(0));
    if (begin.length > 0) {
      const program = await compile({ outputs: [], updates: begin }, store);
      await program.run();
      await program.close();
    }
    let [compute, metric, factorise, known] = [0, 0, 0, true];
    for (const one of built.dueSets) {
      const time = await measuredSet(built, one, store, { ranks, seconds });
      compute += one.share * time.compute;
      metric += one.share * (time.metric ?? 0);
      factorise += one.share * (time.factorise ?? 0);
      known &&= time.metric !== null;
    }
    if (known) return { compute, metric, factorise };
    return { compute: compute + metric, metric: null, factorise: null };
  } finally {
    await built.source.release();
  }
}

async function measuredSet(
  built: Built,
  { due, step }: DueSet,
  store: Store,
  { ranks, seconds: enough }: { readonly ranks: Place; readonly seconds: number },
): Promise<RankTime> {
  const { stages, variables } = await stagesOn(store, built.whole(due), ranks);
  const ready: Ready[] = [];
  try {
    for (const stage of stages) {
      const { outputs, updates } = stage;
      ready.push({ stage, program: await compile({ outputs, updates }, store) });
    }
    const mirror = mirrorOf(ranks);
    const batches = endless(built);
    const next = async (): Promise<Feeds> => {
      const { value } = await batches.next();
      const number = tensor(Int32Array.of(step), { shape: [] });
      return { ...(value as TrainBatch).feeds, [numberFeed]: number };
    };
    const run = async () => {
      const [start, before] = [performance.now(), mirror.seconds];
      const feeds = await next();
      await runStages(ready, feeds, store, mirror, async (program, own) => {
        await program.run(own);
      });
      // A device may still work, and is done when a value can be read.
      await store.read(built.graph.failed.attrs);
      return (performance.now() - start) / 1000 - (mirror.seconds - before);
    };
    for (let at = 0; at < warming; at++) await run();
    const shares = await metricShares(ready, next, store, mirror);
    const times: number[] = [];
    const start = performance.now();
    while (
      times.length < least ||
      (times.length < most && performance.now() - start < 1000 * enough)
    ) {
      times.push(await run());
    }
    const all = median(times);
    if (shares === null) return { compute: all, metric: null, factorise: null };
    const { metric, factorise } = shares;
    return { compute: all * (1 - metric), metric: all * metric, factorise: all * factorise };
  } finally {
    for (const { program } of ready) await program.close();
    await store.remove(variables.map(({ attrs }) => attrs));
  }
}

/** Gives batches without end. */
async function* endless({ source }: Built): AsyncGenerator<TrainBatch, never, undefined> {
  for (let epoch = 0; ; epoch++) yield* source.pass(epoch);
}

async function runStages(
  ready: readonly Ready[],
  feeds: Feeds,
  store: Store,
  mirror: Mirror,
  run: (program: Ready["program"], feeds: Feeds) => Promise<void>,
): Promise<void> {
  for (const { program, stage } of ready) {
    const own = program.plan.feeds.map(({ name }) => [name, feeds[name]] as const);
    await run(program, Object.fromEntries(own) as Feeds);
    await exchange(mirror, store, stage);
  }
}

/** Returns the shares of a step's time on the metric and on its factors, the medians of some profiled steps; null if nothing can be profiled. */
async function metricShares(
  ready: readonly Ready[],
  next: () => Promise<Feeds>,
  store: Store,
  mirror: Mirror,
): Promise<{ readonly metric: number; readonly factorise: number } | null> {
  if (ready.some(({ program }) => program.profile === null)) return null;
  const shares: { readonly metric: number; readonly factorise: number }[] = [];
  for (let at = 0; at < least; at++) {
    let [all, metric, factorise] = [0, 0, 0];
    await runStages(ready, await next(), store, mirror, async ({ plan, profile }, feeds) => {
      const times = (await profile?.(feeds)) ?? [];
      times.forEach((time, index) => {
        const step = plan.steps[index] as Step;
        const own = time * (step.metric ?? 0);
        all += time;
        metric += own;
        if (factorises(step)) factorise += own;
      });
    });
    shares.push({ metric: metric / (all || 1), factorise: factorise / (all || 1) });
  }
  return {
    metric: median(shares.map((one) => one.metric)),
    factorise: median(shares.map((one) => one.factorise)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[half - 1] ?? 0, sorted[half] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
