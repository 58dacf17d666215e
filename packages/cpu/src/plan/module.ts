import type { BufferSpec, Plan } from "@metrigrad/tensor";
import type { LibraryModule } from "../kernel/library.ts";
import { regionOf } from "../loop/region.ts";
import type { Scratch } from "../memory/scratch.ts";
import type { KernelOptions } from "../options.ts";
import type { StepContext } from "../step/context.ts";
import { lowerStep } from "../step/table.ts";
import type { SyncModule } from "../threads/sync.ts";
import { i32, ModuleBuilder } from "../wasm/index.ts";
import { type Phase, sequence } from "./sequence.ts";

/**
 * The module of a plan. It exports `run(part, parts)`, one such function per step, and every phase
 * under its name with the same parameters; all parts must finish a phase before one begins the next.
 */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The names of the functions of the steps. */
  readonly steps: readonly string[];
  /** The names of the phases of each step. */
  readonly phases: readonly (readonly string[])[];
}

/** What a plan module is built for. */
export interface PlanTarget {
  readonly options: KernelOptions;
  readonly library: LibraryModule;
  readonly scratch: Scratch;
  /** How many parts run phases. */
  readonly parts: number;
  /** Nanoseconds of estimated work from which parts share a phase. */
  readonly grain: number;
  /** How `run` starts other threads and waits for them; null on one thread. */
  readonly fork: { readonly sync: SyncModule; readonly program: number } | null;
  /** The address of each buffer of the plan. */
  readonly addresses: readonly number[];
}

/** Generates the phases of all steps and functions that run them in order. */
export function buildPlan(plan: Plan, target: PlanTarget): PlanModule {
  const { options, scratch, parts, fork } = target;
  const module = new ModuleBuilder(options);
  const library = target.library.importInto(module);
  const sync = fork && { ...fork.sync.importInto(module), program: fork.program };
  const steps = plan.steps.map((step, at) => {
    const phases: Phase[] = [];
    // Address of the bool without which the step is skipped; an earlier phase wrote it.
    const flag = step.when
      ? (target.addresses[step.when.buffer] as number) + 4 * step.when.offset
      : null;
    scratch.begin();
    const context: StepContext = {
      options,
      library,
      parts,
      region: (view) => {
        const { dtype, place } = plan.buffers[view.buffer] as BufferSpec;
        // A running average of what has stopped changing ends in denormals, on which processors are
        // many times slower; so variables do not keep them.
        const flush = place.kind === "variable";
        return regionOf(view, target.addresses[view.buffer] as number, dtype, flush);
      },
      scratch: (bytes) => scratch.take(bytes),
      partScratch: (bytes) => {
        const stride = Math.ceil(bytes / 64) * 64;
        return { base: scratch.take(stride * parts), stride };
      },
      phase: (cost, body) => {
        const name = `${step.kind}${at}_${phases.length}`;
        const shared = parts > 1 && cost >= target.grain;
        const alone = [i32.const(0), i32.const(1)] as const;
        const signature = { params: ["i32", "i32"], export: true } as const;
        const func = module.func(name, signature, (f, part, count) => {
          const run = () => {
            if (shared) body(f, part, count);
            else if (parts === 1) body(f, ...alone);
            else f.if(i32.eqz(part), () => body(f, ...alone));
          };
          if (flag === null) run();
          else f.if(i32.load(i32.const(flag)), run);
        });
        phases.push({ func, shared });
      },
    };
    lowerStep(step, context);
    return phases;
  });
  sequence(module, "run", 0, steps.flat(), sync);
  const names = steps.map((phases, at) => {
    sequence(module, `step${at}`, at + 1, phases, sync);
    return `step${at}`;
  });
  return {
    bytes: module.encode(),
    steps: names,
    phases: steps.map((phases) => phases.map(({ func }) => func.name)),
  };
}
