import {
  type BufferSpec,
  type FloatType,
  type Plan,
  type Step,
  stepViews,
} from "@metrigrad/tensor";
import type { Library, LibraryModule } from "../kernel/library.ts";
import type { Turns } from "../loop/address.ts";
import { regionOf } from "../loop/region.ts";
import type { Scratch, ScratchLease } from "../memory/scratch.ts";
import { sameParts } from "../native/parts.ts";
import type { KernelOptions } from "../options.ts";
import type { PhaseBody } from "../step/context.ts";
import { lowerStep } from "../step/table.ts";
import type { SyncModule } from "../threads/sync.ts";
import { type Func, floatsOf, i32, ModuleBuilder } from "../wasm/index.ts";
import { type Run, sequence } from "./sequence.ts";

/**
 * The module of a plan. It exports functions for a run, a function per step (parameters as of
 * `sequence`), and every phase under its name with (part, parts); all parts finish a phase before
 * the next one begins.
 */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The names of the ways to run all: on all threads, and on the first one alone where that differs. */
  readonly runs: readonly string[];
  /** The names of the functions of the steps. */
  readonly steps: readonly string[];
  /** The names of the phases of each step. */
  readonly phases: readonly (readonly string[])[];
  /** The temporary memory of its steps, for whoever runs it to release. */
  readonly scratch: ScratchLease;
}

/** What a plan module is built for. */
export interface PlanTarget {
  readonly options: Omit<KernelOptions, "floats">;
  /** The kernels of each float type that the plan has. */
  readonly libraries: ReadonlyMap<FloatType, LibraryModule>;
  readonly scratch: Scratch;
  /** How many parts run phases at most. */
  readonly parts: number;
  /** Nanoseconds of estimated work from which two parts share a phase; each other one takes half as much. */
  readonly grain: number;
  /** How `run` starts other threads and waits for them; null on one thread. */
  readonly fork: { readonly sync: SyncModule; readonly program: number } | null;
  /** The address of each buffer of the plan. */
  readonly addresses: readonly number[];
}

/** Grains in a run from which other threads are woken for it. */
const grainsPerRun = 20;

/** A loop before its code is written. */
interface PlannedLoop {
  readonly turns: number;
  readonly counter: number;
  readonly body: readonly Planned[];
}

type Planned = PlannedPhase | PlannedLoop;

/** A phase before its code is written. */
interface PlannedPhase {
  readonly name: string;
  /** Nanoseconds on one thread, roughly. */
  readonly cost: number;
  /** How many parts it is cut in where threads are woken at all. */
  readonly parts: number;
  /** Address of the bool without which it is skipped. */
  readonly flag: number | null;
  readonly body: PhaseBody;
}

/** In how many parts work of a cost is cut. */
function partsFor(cost: number, { parts, grain }: PlanTarget): number {
  if (cost < grain) return 1;
  return grain === 0 ? parts : Math.min(parts, Math.floor((2 * cost) / grain));
}

/** Writes the function of a phase; one that is not shared does all as the first part. */
function emitPhase(
  module: ModuleBuilder,
  { name, flag, body }: PlannedPhase,
  shared: boolean,
  parts: number,
): Func {
  const alone = [i32.const(0), i32.const(1)] as const;
  return module.func(name, { params: ["i32", "i32"], export: true }, (f, part, count) => {
    const run = () => {
      if (shared) body(f, part, count);
      else if (parts === 1) body(f, ...alone);
      else f.if(i32.eqz(part), () => body(f, ...alone));
    };
    if (flag === null) run();
    else f.if(i32.load(i32.const(flag)), run);
  });
}

/** The names of all phases, of loops too. */
function namesIn(runs: readonly Run[]): string[] {
  return runs.flatMap((run) => ("func" in run ? [run.func.name] : namesIn(run.body)));
}

/** Where temporary memory is said to be while only its size is wanted. */
const anywhere = 2 ** 30;

/** How many loops are in each other at most. */
function depthOf(steps: readonly Step[]): number {
  const depths = steps.map((step) => (step.kind === "loop" ? 1 + depthOf(step.body) : 0));
  return Math.max(0, ...depths);
}

/** The floats that a step computes with: 64 bits where any operand has them, the plan's where it has no float. */
function floatOf(step: Step, plan: Plan): FloatType {
  const { reads, writes } = stepViews(step);
  const types = new Set([...reads, ...writes].map(({ buffer }) => plan.buffers[buffer]?.dtype));
  if (types.has("f64")) return "f64";
  return types.has("f32") ? "f32" : plan.float;
}

/** The floats that the steps of a plan compute with. */
export function floatsIn(plan: Plan): readonly FloatType[] {
  const all = (steps: readonly Step[]): FloatType[] =>
    steps.flatMap((step) => (step.kind === "loop" ? all(step.body) : [floatOf(step, plan)]));
  return [...new Set(all(plan.steps))];
}

/** The phases of each step with temporary memory from an address on, and how much they take of it. */
function planPhases(
  plan: Plan,
  target: PlanTarget,
  libraries: ReadonlyMap<FloatType, Library>,
  scratch: number,
) {
  const { options, parts } = target;
  const partsOf = (cost: number) => partsFor(cost, target);
  // A word for the turn of each loop around a step, then what steps take.
  const counters = Math.ceil((4 * depthOf(plan.steps)) / 64) * 64;
  let need = counters;
  const planStep = (step: Step, name: string, loops: readonly Turns[]): readonly Planned[] => {
    if (step.kind === "loop") {
      const { turns } = step;
      const counter = scratch + 4 * loops.length;
      const inside = [...loops, { counter, turns }];
      const body = step.body.flatMap((one, at) => planStep(one, `${name}_${at}`, inside));
      return [{ turns, counter, body }];
    }
    const phases: PlannedPhase[] = [];
    // Steps run one after the other, so each takes the memory from its beginning.
    let taken = counters;
    const take = (bytes: number) => {
      const address = scratch + taken;
      taken += Math.ceil(bytes / 64) * 64;
      need = Math.max(need, taken);
      return address;
    };
    // Address of the bool without which the step is skipped; an earlier phase wrote it.
    const flag = step.when
      ? (target.addresses[step.when.buffer] as number) + 4 * step.when.offset
      : null;
    const float = floatOf(step, plan);
    const library = libraries.get(float) as Library;
    lowerStep(step, {
      options: { ...options, floats: floatsOf(float) },
      library,
      parts,
      partsOf,
      region: (view) => {
        const { dtype, place } = plan.buffers[view.buffer] as BufferSpec;
        // A running average of what has stopped changing ends in denormals, on which processors are
        // many times slower; so variables do not keep them, nor values that shrink from turn to turn.
        const loop = step.kind === "map" || step.kind === "rows";
        const flush = place.kind === "variable" || (loops.length > 0 && loop);
        return regionOf(view, target.addresses[view.buffer] as number, dtype, flush, loops);
      },
      scratch: take,
      partScratch: (bytes, grains, cost) => {
        const stride = Math.ceil(bytes / 64) * 64;
        const count = Math.max(1, Math.min(partsOf(cost), grains));
        return { base: take(stride * count), stride, count };
      },
      phase: (cost, written, all = false) => {
        const own = all && cost >= target.grain ? parts : partsOf(cost);
        const body = library.native === null ? written : sameParts(step.kind, own, written);
        phases.push({ name: `${step.kind}${name}_${phases.length}`, cost, parts: own, flag, body });
      },
    });
    return phases;
  };
  const steps = plan.steps.map((step, at) => planStep(step, String(at), []));
  return { steps, need };
}

/**
 * Generates the phases of all steps and functions that run them in order, and reserves what they need
 * of temporary memory. Throws BackendError when there is no more.
 */
export function buildPlan(plan: Plan, target: PlanTarget): PlanModule {
  const { options, parts, fork } = target;
  const module = new ModuleBuilder(options);
  const libraries = new Map(
    [...target.libraries].map(([float, library]) => [float, library.importInto(module)]),
  );
  const sync = fork && { ...fork.sync.importInto(module), program: fork.program, threads: parts };
  // Addresses are part of the code, so the size is found out first.
  const measured = planPhases(plan, target, libraries, anywhere);
  const scratch = target.scratch.reserve(measured.need);
  const planned =
    measured.need === 0
      ? measured.steps
      : planPhases(plan, target, libraries, scratch.address).steps;
  const gainOf = (runs: readonly Planned[]): number =>
    runs.reduce((sum, run) => {
      if ("turns" in run) return sum + run.turns * gainOf(run.body);
      return sum + (run.parts > 1 ? run.cost : 0);
    }, 0);
  const gain = gainOf(planned.flat());
  const several = parts > 1 && gain >= grainsPerRun * target.grain;
  const emit = (run: Planned): Run => {
    if ("turns" in run) return { ...run, body: run.body.map(emit) };
    const own = several ? run.parts : 1;
    return { func: emitPhase(module, run, own > 1, parts), parts: own };
  };
  const steps = planned.map((phases) => phases.map(emit));
  sequence(module, "run", 0, steps.flat(), sync);
  if (several) sequence(module, "alone", 0, steps.flat(), null);
  const names = steps.map((phases, at) => {
    sequence(module, `step${at}`, at + 1, phases, sync);
    return `step${at}`;
  });
  return {
    bytes: module.encode(),
    runs: several ? ["run", "alone"] : ["run"],
    steps: names,
    phases: steps.map(namesIn),
    scratch,
  };
}
