import {
  type BufferSpec,
  type FloatType,
  type Pieces,
  type Plan,
  type Step,
  stepViews,
  type View,
} from "@metrigrad/tensor";
import type { Library, LibraryModule } from "../kernel/library.ts";
import { addressOf, type Moving, movingBase, type Turns } from "../loop/address.ts";
import { regionOf } from "../loop/region.ts";
import type { Scratch, ScratchLease } from "../memory/scratch.ts";
import { sameParts } from "../native/parts.ts";
import type { KernelOptions } from "../options.ts";
import type { PhaseBody } from "../step/context.ts";
import { lowerStep } from "../step/table.ts";
import type { SyncModule } from "../threads/sync.ts";
import {
  addressAt,
  addressFromBase,
  FunctionBuilder,
  type FunctionCode,
  floatsOf,
  i32,
  type Local,
  ModuleBuilder,
} from "../wasm/index.ts";
import { type Run, sequence } from "./sequence.ts";
import { addPhases, type PhaseCall } from "./share.ts";

/** A phase as an exported function of a plan module. */
export interface ExportedPhase {
  readonly name: string;
  /** The arguments behind (part, parts): the addresses in which phases of this code differ. */
  readonly addresses: readonly number[];
}

/**
 * The module of a plan.
 *
 * It exports functions for a run, a function per step (parameters as of `sequence`), and the functions of phases. All
 * parts finish a phase before the next one begins.
 */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The names of the functions that run all: one on all threads, and one on the first thread alone if that differs. */
  readonly runs: readonly string[];
  /** The names of the functions of the steps. */
  readonly steps: readonly string[];
  /** The phases of each step. */
  readonly phases: readonly (readonly ExportedPhase[])[];
  /** The temporary memory of its steps. The code that runs the module must release it. */
  readonly scratch: ScratchLease;
}

/** The target that a plan module is built for. */
export interface PlanTarget {
  readonly options: Omit<KernelOptions, "floats">;
  /** The kernels of each float type that the plan has. */
  readonly libraries: ReadonlyMap<FloatType, LibraryModule>;
  readonly scratch: Scratch;
  /** The largest number of parts that run phases. */
  readonly parts: number;
  /**
   * The estimated work in nanoseconds from which two parts share a phase. Each further part needs half as much more.
   */
  readonly grain: number;
  /** How `run` starts other threads and waits for them; null on one thread. */
  readonly fork: { readonly sync: SyncModule; readonly program: number } | null;
  /** The address of each buffer of the plan. */
  readonly addresses: readonly number[];
}

/** The number of grains in a run from which other threads are woken for it. */
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
  /** The time on one thread in nanoseconds, roughly. */
  readonly cost: number;
  /** The number of parts in which it is cut if threads are woken at all. */
  readonly parts: number;
  /** The address of the bool without which it is skipped; null if it always runs. */
  readonly flag: number | Moving | null;
  readonly body: PhaseBody;
}

/** Returns the number of parts in which work of a cost is cut. */
function partsFor(cost: number, { parts, grain }: PlanTarget): number {
  if (cost < grain) return 1;
  return grain === 0 ? parts : Math.min(parts, Math.floor((2 * cost) / grain));
}

/** Writes the code of a phase. If parts do not share the phase, the first part does all. */
function writePhase({ flag, body }: PlannedPhase, shared: boolean, parts: number): FunctionCode {
  const alone = [i32.const(0), i32.const(1)] as const;
  const f = new FunctionBuilder(["i32", "i32"]);
  const [part, count] = f.params as readonly [Local<"i32">, Local<"i32">];
  const run = () => {
    if (shared) body(f, part, count);
    else if (parts === 1) body(f, ...alone);
    else f.if(i32.eqz(part), () => body(f, ...alone));
  };
  if (flag === null) run();
  else f.if(i32.load(addressOf(flag)), run);
  return f.build();
}

/** Returns the address of a bool, which may move with the turns of loops. A bool in memory is a word. */
function flagOf({ offset, advance = [] }: View, buffer: number, loops: readonly Turns[]) {
  return movingBase(
    buffer + 4 * offset,
    advance.map((by) => 4 * by),
    loops,
  );
}

/** Returns all phases in order, including those of loops. */
function phasesOf(runs: readonly Planned[]): PlannedPhase[] {
  return runs.flatMap((run) => ("turns" in run ? phasesOf(run.body) : [run]));
}

/** Returns the depth of the deepest nest of loops. */
function depthOf(steps: readonly Step[]): number {
  const depths = steps.map((step) => (step.kind === "loop" ? 1 + depthOf(step.body) : 0));
  return Math.max(0, ...depths);
}

/** Returns the floats of a step: 64 bits if any operand has them, and the plan's if it has no float. */
function floatOf(step: Step, plan: Plan): FloatType {
  const { reads, writes } = stepViews(step);
  const types = new Set([...reads, ...writes].map(({ buffer }) => plan.buffers[buffer]?.dtype));
  if (types.has("f64")) return "f64";
  return types.has("f32") ? "f32" : plan.float;
}

/** Returns the floats of the steps of a plan. */
export function floatsIn(plan: Plan): readonly FloatType[] {
  const all = (steps: readonly Step[]): FloatType[] =>
    steps.flatMap((step) => (step.kind === "loop" ? all(step.body) : [floatOf(step, plan)]));
  return [...new Set(all(plan.steps))];
}

/** Returns the phases of each step, and the size of their temporary memory, which begins at the base of the module. */
function* planPhases(
  plan: Plan,
  target: PlanTarget,
  libraries: ReadonlyMap<FloatType, Library>,
): Pieces<{ readonly steps: readonly (readonly Planned[])[]; readonly need: number }> {
  const { options, parts } = target;
  const addresses = target.addresses.map(addressAt);
  const partsOf = (cost: number) => partsFor(cost, target);
  // First comes a word for the turn of each loop around a step, then the memory of steps.
  const counters = Math.ceil((4 * depthOf(plan.steps)) / 64) * 64;
  let need = counters;
  const planStep = (step: Step, name: string, loops: readonly Turns[]): readonly Planned[] => {
    if (step.kind === "loop") {
      const { turns } = step;
      const counter = addressFromBase(4 * loops.length);
      const inside = [...loops, { counter, turns }];
      const body = step.body.flatMap((one, at) => planStep(one, `${name}_${at}`, inside));
      return [{ turns, counter, body }];
    }
    const phases: PlannedPhase[] = [];
    // Steps run one after the other, so each takes the memory from its beginning.
    let taken = counters;
    const take = (bytes: number) => {
      const address = addressFromBase(taken);
      taken += Math.ceil(bytes / 64) * 64;
      need = Math.max(need, taken);
      return address;
    };
    // The address of the bool without which the step is skipped. An earlier phase wrote it.
    const flag = step.when ? flagOf(step.when, addresses[step.when.buffer] as number, loops) : null;
    const float = floatOf(step, plan);
    const library = libraries.get(float) as Library;
    lowerStep(step, {
      options: { ...options, floats: floatsOf(float) },
      library,
      parts,
      partsOf,
      region: (view) => {
        const { dtype, place } = plan.buffers[view.buffer] as BufferSpec;
        // A running average of a value that has stopped changing ends in denormals, on which processors are many
        // times slower. So variables do not keep them, and neither do values that shrink from turn to turn.
        const byElement = step.kind === "map" || step.kind === "rows";
        const maps = byElement || (step.kind === "matmul" && step.epilogue !== undefined);
        const flush = place.kind === "variable" || (loops.length > 0 && maps);
        return regionOf(view, addresses[view.buffer] as number, dtype, flush, loops);
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
  const steps: (readonly Planned[])[] = [];
  for (const [at, step] of plan.steps.entries()) {
    steps.push(planStep(step, String(at), []));
    yield;
  }
  return { steps, need };
}

/**
 * Generates the phases of all steps and the functions that run them in order, and reserves their temporary memory.
 * Throws BackendError if there is no more. A piece of the work is a step or a phase.
 */
export function* buildPlan(plan: Plan, target: PlanTarget): Pieces<PlanModule> {
  const { options, parts, fork } = target;
  const module = new ModuleBuilder(options);
  const libraries = new Map(
    [...target.libraries].map(([float, library]) => [float, library.importInto(module)]),
  );
  const sync = fork && { ...fork.sync.importInto(module), program: fork.program, threads: parts };
  const { steps: planned, need } = yield* planPhases(plan, target, libraries);
  const scratch = target.scratch.reserve(need);
  const gainOf = (runs: readonly Planned[]): number =>
    runs.reduce((sum, run) => {
      if ("turns" in run) return sum + run.turns * gainOf(run.body);
      return sum + (run.parts > 1 ? run.cost : 0);
    }, 0);
  const gain = gainOf(planned.flat());
  const several = parts > 1 && gain >= grainsPerRun * target.grain;
  const partsIn = (phase: PlannedPhase) => (several ? phase.parts : 1);
  const calls = yield* addPhases(module, phasesOf(planned.flat()), {
    nameOf: ({ name }) => name,
    write: (phase) => writePhase(phase, partsIn(phase) > 1, parts),
    // Each step calls its phases, and each way to run all calls them too.
    calls: several ? 3 : 2,
    base: scratch.address,
  });
  const callOf = (phase: PlannedPhase) => calls.get(phase) as PhaseCall;
  const emit = (run: Planned): Run => {
    if ("turns" in run) return { ...run, body: run.body.map(emit) };
    return { ...callOf(run), parts: partsIn(run) };
  };
  const steps = planned.map((phases) => phases.map(emit));
  sequence(module, "run", 0, steps.flat(), sync);
  yield;
  if (several) sequence(module, "alone", 0, steps.flat(), null);
  const names = steps.map((phases, at) => {
    sequence(module, `step${at}`, at + 1, phases, sync);
    return `step${at}`;
  });
  const exported = (phase: PlannedPhase): ExportedPhase => {
    const { func, addresses } = callOf(phase);
    return { name: func.name, addresses };
  };
  yield;
  const bytes = module.encode(scratch.address);
  yield;
  return {
    bytes,
    runs: several ? ["run", "alone"] : ["run"],
    steps: names,
    phases: planned.map((phases) => phasesOf(phases).map(exported)),
    scratch,
  };
}
