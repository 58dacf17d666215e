import { type HostMemory, type HostSteps, hostSteps, type PlainStep } from "@metrigrad/tensor";
import type { GpuJsInstance } from "../webgpu/gpujs.ts";
import { gathered, scattered } from "./elements.ts";
import { type Held, Launcher, toHost } from "./launcher.ts";
import { type Links, linksOf } from "./links.ts";
import { matmul } from "./matmul.ts";
import { rows } from "./rows.ts";
import { argReduce, copy, gather, type KernelStep, map, type Prepare, reduce } from "./steps.ts";

const table: { readonly [kind: string]: Prepare<never> } = {
  map,
  reduce,
  rows,
  argReduce,
  matmul,
  gather,
  copy,
};

/**
 * Returns the steps: gpu.js kernels for those that have one, and the host's loops for the others. A value that passes
 * between kernels only stays on the device.
 */
export function stepsOn(gpu: GpuJsInstance): HostSteps {
  const launcher = new Launcher(gpu);
  const steps: PlainStep[] = [];
  const kernels: (KernelStep | null)[] = [];
  const held: (readonly Held[])[] = [];
  let links: Links | null = null;

  const runAt = (at: number, { inputs, outputs, run }: KernelStep, memory: HostMemory) => {
    links ??= linksOf(memory.plan, steps, kernels);
    const { sources, needed } = links;
    const given = inputs.map((view, i): Held => {
      const source = sources[at]?.[i];
      if (!source) return gathered(memory, view);
      return held[source.step]?.[source.output] as Held;
    });
    const results = run(given);
    held[at] = results;
    outputs.forEach((view, j) => {
      if (needed[at]?.[j]) scattered(memory, view, toHost(results[j] as Held));
    });
  };

  return {
    // All steps of a plan are prepared in their order before the first one runs. Steps of loops are prepared for each
    // turn.
    prepare: (step: PlainStep, memory: HostMemory) => {
      const kernel = table[step.kind]?.(step as never, memory, launcher) ?? null;
      steps.push(step);
      const at = kernels.push(kernel) - 1;
      return kernel === null ? hostSteps.prepare(step, memory) : () => runAt(at, kernel, memory);
    },
    close: () => launcher.close(),
  };
}
