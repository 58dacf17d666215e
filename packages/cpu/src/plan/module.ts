import type { DType, Plan } from "@metrigrad/tensor";
import type { LibraryModule } from "../kernel/library.ts";
import { regionOf } from "../loop/region.ts";
import type { Scratch } from "../memory/scratch.ts";
import type { KernelOptions } from "../options.ts";
import type { StepContext } from "../step/context.ts";
import { lowerStep } from "../step/table.ts";
import { type Func, i32, ModuleBuilder } from "../wasm/index.ts";

/** The module of a plan; it exports `run(part, parts)` and `step0`, `step1`, … of the same kind. */
export interface PlanModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
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

/** Generates a function per step and one that runs them all. */
export function buildPlan(plan: Plan, target: PlanTarget): PlanModule {
  const module = new ModuleBuilder(target.options);
  const library = target.library.importInto(module);
  const phases = plan.steps.map((step, at) => {
    const funcs: Func[] = [];
    target.scratch.begin();
    const context: StepContext = {
      module,
      options: target.options,
      library,
      region: (view) => {
        const dtype = plan.buffers[view.buffer]?.dtype as DType;
        return regionOf(view, target.addresses[view.buffer] as number, dtype);
      },
      scratch: (bytes) => target.scratch.take(bytes),
      partScratch: (bytes) => {
        const stride = Math.ceil(bytes / 64) * 64;
        return { base: target.scratch.take(stride * target.parts), stride };
      },
      phase: (body) => {
        const name = `${step.kind}${at}_${funcs.length}`;
        funcs.push(module.func(name, { params: ["i32", "i32"] }, body));
      },
    };
    lowerStep(step, context);
    return funcs;
  });
  const steps = phases.map((funcs, at) => {
    const { when } = plan.steps[at] as Plan["steps"][number];
    const flag =
      when === undefined ? null : (target.addresses[when.buffer] as number) + 4 * when.offset;
    return sequence(module, `step${at}`, funcs, flag);
  });
  sequence(module, "run", steps, null);
  return { bytes: module.encode() };
}

/** A function that calls others in order, where the bool at an address holds. */
function sequence(
  module: ModuleBuilder,
  name: string,
  funcs: readonly Func[],
  flag: number | null,
): Func {
  return module.func(name, { params: ["i32", "i32"], export: true }, (f, part, parts) => {
    const body = () => {
      for (const func of funcs) f.call(func, part, parts);
    };
    if (flag === null) body();
    else f.if(i32.load(flag), body);
  });
}
