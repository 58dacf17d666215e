import type { BufferSpec, Plan } from "@metrigrad/tensor";
import type { LibraryModule } from "../kernel/library.ts";
import { regionOf } from "../loop/region.ts";
import type { Scratch } from "../memory/scratch.ts";
import type { KernelOptions } from "../options.ts";
import type { StepContext } from "../step/context.ts";
import { lowerStep } from "../step/table.ts";
import { type Func, ModuleBuilder } from "../wasm/index.ts";

/**
 * The module of a plan. It exports `run(part, parts)` and every phase under its name with the same
 * parameters; all parts must finish a phase before one begins the next.
 */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The names of the phases of each step. */
  readonly phases: readonly (readonly string[])[];
}

/** What a plan module is built for. */
export interface PlanTarget {
  readonly options: KernelOptions;
  readonly library: LibraryModule;
  readonly scratch: Scratch;
  /** How many parts run at once at most. */
  readonly parts: number;
  /** The address of each buffer of the plan. */
  readonly addresses: readonly number[];
}

/** Generates the phases of all steps and a function that runs them in order. */
export function buildPlan(plan: Plan, target: PlanTarget): PlanModule {
  const module = new ModuleBuilder(target.options);
  const library = target.library.importInto(module);
  const phases = plan.steps.map((step, at) => {
    const funcs: Func[] = [];
    target.scratch.begin();
    const context: StepContext = {
      options: target.options,
      library,
      region: (view) => {
        const { dtype, place } = plan.buffers[view.buffer] as BufferSpec;
        // A running average of what has stopped changing ends in denormals, on which processors are
        // many times slower; so variables do not keep them.
        const flush = place.kind === "variable";
        return regionOf(view, target.addresses[view.buffer] as number, dtype, flush);
      },
      scratch: (bytes) => target.scratch.take(bytes),
      partScratch: (bytes) => {
        const stride = Math.ceil(bytes / 64) * 64;
        return { base: target.scratch.take(stride * target.parts), stride };
      },
      phase: (body) => {
        const name = `${step.kind}${at}_${funcs.length}`;
        funcs.push(module.func(name, { params: ["i32", "i32"], export: true }, body));
      },
    };
    lowerStep(step, context);
    return funcs;
  });
  module.func("run", { params: ["i32", "i32"], export: true }, (f, part, parts) => {
    for (const func of phases.flat()) f.call(func, part, parts);
  });
  const names = phases.map((funcs) => funcs.map(({ name }) => name));
  return { bytes: module.encode(), phases: names };
}
