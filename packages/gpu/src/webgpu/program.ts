import type { BufferSpec, Plan, VariableSpec } from "@metrigrad/tensor";
import { lowerStep } from "../step/table.ts";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import { type Bridged, bridge, type Transfer } from "./bridge.ts";
import type { Device } from "./device.ts";
import { encode } from "./elements.ts";
import { Page, type Spot } from "./page.ts";
import { bytesOf, place, refuseAbove } from "./place.ts";

/** A dispatch that is ready to be recorded. */
interface Prepared {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly before: readonly Transfer[];
  readonly after: readonly Transfer[];
}

/** A plan on a device: where its buffers lie and what to record. */
export interface Recipe {
  readonly spots: readonly Spot[];
  readonly pages: readonly Page[];
  readonly uniform: GPUBuffer;
  readonly bytes: number;
  readonly dispatches: readonly Prepared[];
}

/** A dispatch's slice of the uniform begins at a multiple of this many words. */
const slice = 64;

/** Lowers all steps, allocates what the plan needs beside the store, and makes pipelines and bindings. */
export async function recipeOf(
  plan: Plan,
  device: Device,
  variable: (spec: VariableSpec) => Spot,
): Promise<Recipe> {
  const { spots, pages } = place(plan, device.limits.pageBytes, variable);
  const scratch = new Page("scratch of a program");
  const spare = new Page("copies of a program");
  const memory: Memory = {
    spot: (buffer) => spots[buffer] as Spot,
    dtype: (buffer) => (plan.buffers[buffer] as BufferSpec).dtype,
    bytes: (buffer) => bytesOf(plan.buffers[buffer] as BufferSpec),
    scratch,
    pageBytes: device.limits.pageBytes,
  };
  const dispatches = plan.steps.flatMap((step) => lowerStep(step, memory));
  const bridged = dispatches.map((dispatch) => bridge(dispatch, device.limits.buffers, spare));
  for (const { label, bytes } of [scratch, spare]) {
    refuseAbove(device.limits.pageBytes, bytes, label);
  }
  const own = [...pages, ...[scratch, spare].filter(({ bytes }) => bytes > 0)];
  const pipelines = await Promise.all(
    dispatches.map(({ code }, i) => {
      const { numbers, pages: bound } = bridged[i] as Bridged;
      return device.pipeline(code(numbers), bound.length);
    }),
  );
  await device.allocate(own, "store.prepare");
  plan.buffers.forEach(({ place: where, dtype }, i) => {
    if (where.kind !== "constant") return;
    const { page, offset } = spots[i] as Spot;
    device.write(page, offset, encode(where.data, dtype));
  });
  const { words, offsets } = parametersOf(bridged);
  const uniform = device.uniform(words, "parameters of a program");
  return {
    spots,
    pages: own,
    uniform,
    bytes: own.reduce((total, { bytes }) => total + bytes, words.byteLength),
    dispatches: dispatches.map((dispatch, i): Prepared => {
      const { pages: bound, params, before, after } = bridged[i] as Bridged;
      const size = Math.ceil(params.length / 4) * 4;
      return {
        pipeline: pipelines[i] as GPUComputePipeline,
        bindings: device.bindGroup(uniform, 4 * (offsets[i] as number), size, bound),
        ...grid(dispatch, device.limits.groups),
        before,
        after,
      };
    }),
  };
}

/** All parameters as one run of words, equal ones once. */
function parametersOf(bridged: readonly Bridged[]) {
  const known = new Map<string, number>();
  const all: number[] = [];
  const offsets = bridged.map(({ params }) => {
    const key = params.join();
    const at = known.get(key) ?? all.length;
    if (!known.has(key)) {
      known.set(key, at);
      all.push(...params);
      while (all.length % slice !== 0) all.push(0);
    }
    return at;
  });
  return { words: Uint32Array.from(all), offsets };
}

/** Workgroups over two axes, where they are more than one axis may have. */
function grid({ groups }: Dispatch, most: number): { readonly x: number; readonly y: number } {
  const y = Math.ceil(groups / most);
  return { x: Math.ceil(groups / y), y };
}

/** Records all dispatches, in one pass unless copies stand between them. */
export function record({ dispatches }: Recipe, encoder: GPUCommandEncoder): void {
  let pass: GPUComputePassEncoder | null = null;
  const copy = (transfers: readonly Transfer[]) => {
    if (transfers.length === 0) return;
    pass?.end();
    pass = null;
    for (const { from, fromOffset, to, toOffset, bytes } of transfers) {
      const [source, target] = [from.buffer as GPUBuffer, to.buffer as GPUBuffer];
      encoder.copyBufferToBuffer(source, fromOffset, target, toOffset, bytes);
    }
  };
  for (const { pipeline, bindings, x, y, before, after } of dispatches) {
    copy(before);
    pass ??= encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindings);
    pass.dispatchWorkgroups(x, y);
    copy(after);
  }
  pass?.end();
}
