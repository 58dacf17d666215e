import type { BufferSpec, Plan, VariableSpec } from "@metrigrad/tensor";
import { countOf, launchesOf, type Ordered, sharesOf } from "../fuse/launches.ts";
import type { Launch, Memory, Shares } from "../wgsl/kernel.ts";
import { type Bridged, bridge, type Transfer } from "./bridge.ts";
import type { Device } from "./device.ts";
import { encode } from "./elements.ts";
import type { DeviceLimits } from "./limits.ts";
import { Page, type Spot } from "./page.ts";
import { bytesOf, place, refuseAbove } from "./place.ts";

/** A dispatch that is ready to be recorded. */
export interface Prepared {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  /**
   * The byte offsets of its parameters in the uniform: one for each turn if it moves in loops, the innermost loop
   * counting fastest.
   */
  readonly parameters: readonly number[];
  readonly x: number;
  readonly y: number;
  /** Whether it is a part of a dispatch of much work, which is submitted alone. */
  readonly isCut: boolean;
  readonly before: readonly Transfer[];
  readonly after: readonly Transfer[];
}

/** A plan on a device: the places of its buffers, and what to record. */
export interface Recipe {
  readonly spots: readonly Spot[];
  readonly pages: readonly Page[];
  readonly bytes: number;
  readonly dispatches: readonly Ordered<Prepared>[];
  /** The part of each of the plan's steps in each of the dispatches. */
  readonly shares: readonly Shares[];
  /** The number of dispatches that one run records. */
  readonly count: number;
}

/** The slice of a dispatch in the uniform begins at a multiple of this many words. */
const slice = 64;

/** Lowers all steps, allocates the memory that the plan needs beside the store, and makes pipelines and bindings. */
export async function recipeOf(
  plan: Plan,
  device: Device,
  variable: (spec: VariableSpec) => Spot,
  shapeOf: Memory["shapeOf"],
): Promise<Recipe> {
  const { spots, pages } = place(plan, device.limits, variable);
  const spare = new Page("copies of a program");
  const memory = memoryOf(plan, spots, device.limits, shapeOf);
  const { scratch } = memory;
  const lowered: Lowered[] = [];
  const lower = (one: Ordered<Launch>, turns: readonly number[]): Ordered<Lowered> => {
    if ("turns" in one) {
      const inner = [...turns, one.turns];
      return { turns: one.turns, body: one.body.map((item) => lower(item, inner)) };
    }
    const bridged = bridge(one, device.limits.buffers, spare);
    const made = { launch: one, bridged, params: paramsOf(bridged, turns), index: lowered.length };
    lowered.push(made);
    return made;
  };
  const launches = launchesOf(plan.steps, memory, device.limits.buffers);
  const order = launches.map((one) => lower(one, []));
  for (const { label, bytes } of [scratch, spare]) {
    refuseAbove(device.limits.bindingBytes, bytes, label, "binding");
  }
  const own = [...pages, ...[scratch, spare].filter(({ bytes }) => bytes > 0)];
  const pipelines = await Promise.all(
    lowered.map(({ launch, bridged }) => {
      return device.pipeline(launch.code(bridged.numbers), bridged.pages);
    }),
  );
  const { words, offsets } = parametersOf(lowered.map(({ params }) => params));
  const uniform = new Page("parameters of a program", words.byteLength, { uniform: true });
  const taken = [...own, uniform];
  await device.allocate(taken, "store.prepare");
  const prepare = (one: Ordered<Lowered>): Ordered<Prepared> => {
    if ("turns" in one) return { turns: one.turns, body: one.body.map(prepare) };
    const { launch, bridged, params, index } = one;
    const size = Math.ceil((params[0] as readonly number[]).length / 4) * 4;
    return {
      pipeline: pipelines[index] as GPUComputePipeline,
      bindings: device.bindGroup(uniform, size, bridged.pages),
      parameters: offsets[index] as readonly number[],
      ...grid(launch, device.limits.groups),
      isCut: (launch.cuts ?? 1) > 1,
      before: bridged.before,
      after: bridged.after,
    };
  };
  const fill = () => {
    device.write(uniform, 0, new Uint8Array(words.buffer));
    plan.buffers.forEach(({ place: where, dtype }, i) => {
      if (where.kind !== "constant") return;
      const { page, offset } = spots[i] as Spot;
      device.write(page, offset, encode(where.data, dtype));
    });
    return order.map(prepare);
  };
  try {
    return {
      spots,
      pages: taken,
      bytes: taken.reduce((total, { bytes }) => total + bytes, 0),
      dispatches: await device.attempt("store.prepare", fill),
      shares: launches.map(sharesOf),
      count: countOf(launches),
    };
  } catch (error) {
    device.free(taken);
    throw error;
  }
}

/** Returns what steps need to know of a plan's buffers. */
export function memoryOf(
  plan: Plan,
  spots: readonly Spot[],
  limits: DeviceLimits,
  shapeOf: Memory["shapeOf"],
): Memory {
  return {
    spot: (buffer) => spots[buffer] as Spot,
    dtype: (buffer) => (plan.buffers[buffer] as BufferSpec).dtype,
    bytes: (buffer) => bytesOf(plan.buffers[buffer] as BufferSpec),
    scratch: new Page("scratch of a program"),
    scratchBytes: limits.bindingBytes,
    mostTerms: limits.terms,
    shapeOf,
  };
}

/** A dispatch before it is prepared. */
interface Lowered {
  readonly launch: Launch;
  readonly bridged: Bridged;
  /** The parameters of each turn, if it moves in loops. */
  readonly params: readonly (readonly number[])[];
  readonly index: number;
}

/** Returns the parameters of a dispatch in the turns of the loops around it; one list if it does not move. */
function paramsOf({ params, uses }: Bridged, turns: readonly number[]): readonly number[][] {
  const moving = uses.filter(({ advance }) => advance.some((by) => by !== 0));
  if (moving.length === 0) return [[...params]];
  return turns.reduce<number[][]>(
    (lists, count, depth) =>
      lists.flatMap((list) =>
        Array.from({ length: count }, (_, turn) => {
          const moved = [...list];
          for (const { param, advance } of moving) {
            // Positions are words: they wrap, as the additions in kernels do.
            moved[param] = ((moved[param] as number) + turn * (advance[depth] ?? 0)) >>> 0;
          }
          return moved;
        }),
      ),
    [[...params]],
  );
}

/** Returns all parameters as one run of words, equal lists once, and the byte offset of each list. */
function parametersOf(lists: readonly (readonly (readonly number[])[])[]) {
  const known = new Map<string, number>();
  const all: number[] = [];
  const offsetOf = (params: readonly number[]) => {
    const key = params.join();
    const at = known.get(key) ?? all.length;
    if (!known.has(key)) {
      known.set(key, at);
      for (const word of params) all.push(word);
      while (all.length % slice !== 0) all.push(0);
    }
    return 4 * at;
  };
  const offsets = lists.map((list) => list.map(offsetOf));
  return { words: Uint32Array.from(all), offsets };
}

/** Returns the workgroups over two axes, if there are more than one axis may have. */
function grid({ groups }: Launch, most: number): { readonly x: number; readonly y: number } {
  const y = Math.ceil(groups / most);
  return { x: Math.ceil(groups / y), y };
}
