import type { AnyModule, Module } from "@metrigrad/nn";
import { type Backend, BackendError, type Network, partsOf, type Step } from "@metrigrad/tensor";
import { type RankStep, rankStep } from "@metrigrad/train";
import type { FitOptions } from "../../fit.ts";
import type { CountedExchange, RankWork } from "./predict.ts";
import { measuredRates, type Rates, workSeconds } from "./rates.ts";
import { type WorkKind, worksOf } from "./stepWork.ts";

/** What is planned. */
export interface Planned {
  readonly model: AnyModule;
  readonly options: Omit<FitOptions, "backend" | "store">;
  readonly backend: Backend;
  readonly network: Network;
  /** Whether no step is run, and all seconds come from rates. */
  readonly onlyRates: boolean;
}

type Seconds = Pick<RankWork, "compute" | "metric" | "factorise" | "from">;

/** A step with more additions and multiplications than this is not run. It would take some seconds, and is run eight times. */
const mostArithmetic = 1e11;

/** Finds out what ranks do. Steps that are alike are measured once. */
export interface RankWorks {
  /** Returns the work of rank 0 of so many, with so many rows each. */
  of(ranks: number, rows: number | undefined): Promise<RankWork>;
  /** The rates of the backend, if any work needed them. */
  readonly rates: Rates | null;
}

/** Returns what finds out the work of ranks. */
export function rankWorks({ model, options, backend, network, onlyRates }: Planned): RankWorks {
  const known = new Map<string, Seconds>();
  let rates: Rates | null = null;
  const byRates = async (step: RankStep): Promise<Seconds> => {
    rates ??= await measuredRates(backend);
    return { ...ratedSeconds(step, rates), from: "rates" };
  };
  const secondsOf = async (step: RankStep): Promise<Seconds> => {
    if (onlyRates || arithmeticOf(step) > mostArithmetic) return byRates(step);
    try {
      return { ...(await step.measure()), from: "measured" };
    } catch (error) {
      // It does not fit into memory.
      if (error instanceof BackendError) return byRates(step);
      throw error;
    }
  };
  return {
    get rates() {
      return rates;
    },
    async of(ranks, rows) {
      const own = rows === undefined ? {} : { batchSize: rows };
      const given = { ...options, ...own, backend } as FitOptions;
      const step = await rankStep(model as unknown as Module, given, {
        rank: 0,
        size: ranks,
        network: { latency: network.latency, bandwidth: network.bandwidth },
      });
      const shape = shapeOf(step);
      const seconds = known.get(shape) ?? (await secondsOf(step));
      known.set(shape, seconds);
      return {
        ranks,
        rows: rows ?? step.batchSize,
        ...seconds,
        exchanges: exchangesOf(step),
        bytes: step.bytes,
      };
    },
  };
}

/** The messages of a step: those of all kinds of steps, each as often as its steps. */
function exchangesOf({ programs }: RankStep): readonly CountedExchange[] {
  const counts = new Map<string, CountedExchange>();
  for (const { share, stages } of programs) {
    for (const { kind, bytes } of stages.flatMap((stage) => stage.exchanges)) {
      const name = `${kind} ${bytes}`;
      const perStep = (counts.get(name)?.perStep ?? 0) + share;
      counts.set(name, { kind, bytes, perStep });
    }
  }
  return [...counts.values()];
}

/** Text that two steps share if all they do is of the same kinds and sizes, so that they take the same time. */
function shapeOf({ programs }: RankStep): string {
  const of = (step: Step): unknown => {
    if (step.kind === "loop") return [step.turns, step.body.map(of)];
    const { inputs, outputs } = partsOf(step);
    return [step.kind, [...inputs, ...outputs].map(({ view }) => view.shape)];
  };
  const stages = programs.map(({ share, stages }) => [
    share,
    stages.map(({ plan, exchanges }) => [plan.steps.map(of), exchanges]),
  ]);
  return JSON.stringify(stages);
}

/** The kinds of work that make factors or solve with them. */
const factorising: ReadonlySet<WorkKind> = new Set(["cholesky", "solve", "eigh"]);

function ratedSeconds({ programs }: RankStep, rates: Rates): Omit<Seconds, "from"> {
  let [compute, metric, factorise] = [0, 0, 0];
  for (const { share, stages } of programs) {
    for (const work of stages.flatMap(({ plan }) => worksOf(plan))) {
      const seconds = share * workSeconds(work, rates);
      const own = seconds * work.metric;
      compute += seconds - own;
      metric += own;
      if (factorising.has(work.kind)) factorise += own;
    }
  }
  return { compute, metric, factorise };
}

/** The additions and multiplications of the kind of step that has most. */
function arithmeticOf({ programs }: RankStep): number {
  const all = programs.map(({ stages }) =>
    stages
      .flatMap(({ plan }) => worksOf(plan))
      .filter(({ kind }) => kind !== "elementwise" && kind !== "gather")
      .reduce((sum, { count, each }) => sum + count * each, 0),
  );
  return Math.max(0, ...all);
}
