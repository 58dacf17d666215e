import {
  cast,
  compile,
  type Feeds,
  type Node,
  stack,
  type Update,
  variable,
} from "@metrigrad/graph";
import {
  type Communicator,
  GraphError,
  type Handle,
  pause,
  type Store,
  sizeOf,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import type { BatchPlace } from "../divergence.ts";
import { type StepProgram, stepProgram } from "../ranks/stepProgram.ts";
import { divergedAt } from "./diverged.ts";
import { dueName, duePhases } from "./due.ts";
import { findFailingNode } from "./failingNode.ts";
import { numberFeed } from "./feeds.ts";
import { claimSlots, countOf } from "./openSteps.ts";
import type { OptimizerReport } from "./report.ts";
import { type Reporter, reporter } from "./reporter.ts";
import type { StepGraph } from "./stepGraph.ts";
import { meanTimes, type StepTime } from "./stepTime.ts";
import { stepUpdates } from "./stepUpdates.ts";
import { storeTurn } from "./storeTurns.ts";

/** The settings of a runner. */
export interface RunnerSettings {
  readonly where: string;
  readonly optimizer: string;
  /** Whether steps that are not finite are found and undone. */
  readonly checkFinite: boolean;
  /** The number of steps between two checks that all were finite, if nothing else is read. */
  readonly checkEvery: number;
  readonly costly: boolean;
  /** Returns the place in the data of a step, counted from 1. */
  readonly placeOf?: (step: number) => BatchPlace | null;
  /** The processes that take the step together; null for one. */
  readonly communicator?: Communicator | null;
}

/** The values that are read of one step. */
export interface StepReading {
  readonly loss: number;
  readonly outputs: Readonly<Record<string, Tensor>>;
}

/** Runs the steps of a graph, one at a time. */
export interface Runner {
  /** Returns the number of steps done so far. */
  count(): Promise<number>;
  /** Does one step without reading anything. Throws DivergenceError. */
  advance(feeds: Feeds): Promise<void>;
  /** Does one step. Returns the loss and the outputs from before the step. Throws DivergenceError. */
  read(feeds: Feeds): Promise<StepReading>;
  /** Returns the optimizer's report of the next step on these feeds. */
  report(feeds: Feeds): Promise<OptimizerReport>;
  /** Throws DivergenceError if one of the steps since the last check was not finite. */
  check(): Promise<void>;
  takeMetricSeconds(): number;
  /** The number of dispatches of the last step; null before it, and if the backend records none. */
  readonly dispatches: number | null;
  /** Returns where the time of a step goes, by the kind of the plan's steps, the longest first. */
  profile(): readonly StepTime[];
  close(): Promise<void>;
}

/** The largest number of bytes of feeds that are kept, to find the value that was not finite in a step. */
const keptBytes = 2 ** 26;

let runners = 0;

/** Returns a runner of steps. It takes over the optimizer's state on the store, or makes it. */
export async function stepRunner(
  store: Store,
  graph: StepGraph,
  settings: RunnerSettings,
): Promise<Runner> {
  const { where, checkFinite, checkEvery, communicator = null } = settings;
  const { slots, counter, failed, outputs } = graph;
  const gone = slots.others;
  const release = claimSlots(where, store, settings.optimizer, slots.asked, gone);
  const count = countOf(store, counter.attrs);
  try {
    await store.remove(gone);
    await store.add(slots.asked);
    // A store whose last run diverged may go on with other settings.
    if (checkFinite) await store.write(failed.attrs, tensor(0));
  } catch (error) {
    release();
    throw error;
  }
  const programs = new Map<string, StepProgram>();
  /** The loss and the number of the failed step, which programs with outputs write. */
  const lossAndFailure = variable(`step${runners++}/reading`, [2], { role: "data" });
  const kept = new Map<number, Feeds>();
  let keptSize = 0;
  let dispatches: number | null = null;
  let reports: Reporter | null = null;
  let closed = false;

  async function done(): Promise<number> {
    count.done ??= (await store.read(counter.attrs)).item();
    return count.done;
  }

  /** Copies what the first step begins from; the number of steps done. */
  async function begun(): Promise<number> {
    const number = await done();
    if (number > 0 || graph.begin.length === 0) return number;
    const program = await compile({ outputs: [], updates: graph.begin }, store);
    await program.run();
    await program.close();
    return number;
  }

  const programOf = async (step: number, reading: boolean) => {
    const due = duePhases(graph.phases, step);
    const name = `${dueName(due)}${reading ? " read" : ""}`;
    const known = programs.get(name);
    if (known !== undefined) return known;
    const guarded = stepUpdates(graph, due, checkFinite);
    const values = stack([guarded.loss, cast(guarded.failed, "float")]);
    const updates: Update[] = [
      ...guarded.updates,
      ...(reading ? [[lossAndFailure, values] as const] : []),
    ];
    const nodes: readonly Node[] = reading ? Object.values(outputs) : [];
    const made = await stepProgram(store, { outputs: nodes, updates }, communicator);
    programs.set(name, made);
    return made;
  };

  const step = (feeds: Feeds, reading: boolean) => storeTurn(store, () => stepNow(feeds, reading));
  const stepNow = async (feeds: Feeds, reading: boolean): Promise<readonly Handle[]> => {
    if (closed) throw closedStep(where);
    const number = await begun();
    const program = await programOf(number, reading);
    dispatches = program.dispatches;
    const all = { ...feeds, [numberFeed]: tensor(Int32Array.of(number), { shape: [] }) };
    kept.set(number + 1, all);
    keptSize += bytesOf(feeds);
    const handles = await runOf(program, all, reading && Object.keys(outputs).length > 0);
    count.done = number + 1;
    return handles;
  };

  /** Throws DivergenceError for the step of that number. The number 0 says that all was finite. */
  const settle = async (number: number): Promise<void> => {
    const feeds = kept.get(number);
    kept.clear();
    keptSize = 0;
    if (number === 0) return;
    const due = duePhases(graph.phases, number - 1);
    const [loss, updates] = [graph.lossAt(due), graph.updates(due)];
    // The ranks would have to look for it together.
    const alone = feeds !== undefined && communicator === null;
    const found = alone ? await findFailingNode(store, loss, updates, feeds) : null;
    await store.write(failed.attrs, tensor(0));
    count.done = number - 1;
    const data = settings.placeOf?.(number) ?? null;
    throw divergedAt({ where, store, step: number, data, found });
  };

  const check = async (): Promise<void> => {
    if (checkFinite) await settle((await store.read(failed.attrs)).item());
    kept.clear();
    keptSize = 0;
  };

  return {
    count: done,
    advance: async (feeds) => {
      await step(feeds, false);
      if (kept.size >= checkEvery || keptSize > keptBytes) await check();
      await pause();
    },
    read: async (feeds) => {
      const handles = await step(feeds, true);
      const [values, ...tensors] = await Promise.all([
        store.read(lossAndFailure.attrs),
        ...handles.map((handle) => handle.read()),
      ]);
      const [loss = Number.NaN, bad = 0] = (values as Tensor).data();
      await settle(checkFinite ? bad : 0);
      await pause();
      const names = Object.keys(outputs);
      return {
        loss,
        outputs: Object.fromEntries(names.map((name, at) => [name, tensors[at] as Tensor])),
      };
    },
    report: async (feeds) => {
      reports ??= reporter(graph, store, settings.costly, communicator);
      const number = await begun();
      return reports.report(number, {
        ...feeds,
        [numberFeed]: tensor(Int32Array.of(number), { shape: [] }),
      });
    },
    check,
    takeMetricSeconds: () =>
      [...programs.values()].reduce((sum, program) => sum + program.takeMetricSeconds(), 0),
    get dispatches() {
      return dispatches;
    },
    profile: () => meanTimes([...programs.values()]),
    close: async () => {
      if (closed) return;
      closed = true;
      release();
      await reports?.close();
      await Promise.all([...programs.values()].map((program) => program.close()));
      await store.remove([lossAndFailure.attrs]);
    },
  };
}

/** Runs a program. Only runs without outputs are measured step by step. */
async function runOf(
  program: StepProgram,
  feeds: Feeds,
  reading: boolean,
): Promise<readonly Handle[]> {
  if (reading) return program.read(feeds);
  await program.run(feeds);
  return [];
}

function closedStep(where: string): GraphError {
  return new GraphError({
    where,
    must: "the step must be open",
    got: "a closed one",
    todo: "make another one; its state is on the store",
  });
}

function bytesOf(feeds: Feeds): number {
  return Object.values(feeds).reduce<number>((sum, value) => {
    return sum + 8 * sizeOf((value as Tensor).shape);
  }, 0);
}
