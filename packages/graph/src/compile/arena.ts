import { type BufferSpec, partsOf, type Step, stepViews, storageBytes } from "@metrigrad/tensor";
import { freeList } from "./freeList.ts";
import { bytesOf } from "./settle.ts";
import { sameView } from "./views.ts";

/** Offsets are multiples of this number of bytes. */
const alignment = 64;

/** Scratch buffers with their offsets, and the bytes that they take together. */
export interface Arena {
  readonly buffers: BufferSpec[];
  readonly bytes: number;
}

/** The steps from the first to the last use of a scratch buffer. */
interface Life {
  readonly buffer: number;
  readonly bytes: number;
  /** Bytes of one element. Only buffers with equal elements may be at the same place. */
  readonly lane: number;
  first: number;
  last: number;
}

/**
 * Gives scratch buffers their places. Buffers that are never alive at the same time may share bytes.
 *
 * A result takes the place of an input that dies at this step, if both have the same layout and the step allows it.
 */
export function placeArena(buffers: readonly BufferSpec[], steps: readonly Step[]): Arena {
  const { offsets, bytes } = placeLives(buffers, steps, livesOf(buffers, steps));
  const placed = buffers.map((buffer, index): BufferSpec => {
    if (buffer.place.kind !== "arena") return buffer;
    return { ...buffer, place: { kind: "arena", offset: offsets.get(index) ?? 0 } };
  });
  return { buffers: placed, bytes };
}

/**
 * Offsets for the buffers of given lives.
 *
 * Buffers that only the body of a loop uses are placed by their lives within a turn. They are side by side.
 */
function placeLives(
  buffers: readonly BufferSpec[],
  steps: readonly Step[],
  lives: ReadonlyMap<number, Life>,
): { readonly offsets: Map<number, number>; readonly bytes: number } {
  const offsets = new Map<number, number>();
  const heap = freeList();
  const inner = new Set<Life>();
  const rooms = steps.map((step, at) => {
    if (step.kind !== "loop") return null;
    const own = new Map<number, Life>();
    for (const [buffer, life] of livesOf(buffers, step.body)) {
      const around = lives.get(buffer);
      if (around === undefined || around.first !== at || around.last !== at) continue;
      own.set(buffer, life);
      inner.add(around);
    }
    return placeLives(buffers, step.body, own);
  });
  const starting = new Map<number, Life[]>();
  const ending = new Map<number, Life[]>();
  for (const life of lives.values()) {
    if (inner.has(life)) continue;
    listed(starting, life.first).push(life);
    listed(ending, life.last).push(life);
  }
  steps.forEach((step, at) => {
    const given = new Set<Life>();
    const room = rooms[at] ?? null;
    const start = room === null ? 0 : heap.take(room.bytes);
    for (const [buffer, offset] of room?.offsets ?? []) offsets.set(buffer, start + offset);
    for (const life of starting.get(at) ?? []) {
      const heir = heirOf(step, life, lives, at, given);
      if (heir !== null) given.add(heir);
      offsets.set(
        life.buffer,
        heir === null ? heap.take(life.bytes) : (offsets.get(heir.buffer) as number),
      );
    }
    for (const life of ending.get(at) ?? []) {
      if (!given.has(life)) heap.give(offsets.get(life.buffer) as number, life.bytes);
    }
    if (room !== null) heap.give(start, room.bytes);
  });
  return { offsets, bytes: heap.high() };
}

/** The life of every scratch buffer that the steps use. */
function livesOf(buffers: readonly BufferSpec[], steps: readonly Step[]): Map<number, Life> {
  const lives = new Map<number, Life>();
  steps.forEach((step, at) => {
    const { reads, writes } = stepViews(step);
    for (const { buffer } of [...reads, ...writes]) {
      const spec = buffers[buffer] as BufferSpec;
      if (spec.place.kind !== "arena") continue;
      const bytes = Math.max(alignment, Math.ceil(bytesOf(spec) / alignment) * alignment);
      const lane = storageBytes[spec.dtype];
      const life = lives.get(buffer) ?? { buffer, bytes, lane, first: at, last: at };
      life.last = at;
      lives.set(buffer, life);
    }
  });
  return lives;
}

/** An input that dies at this step and whose bytes the new buffer may take, by the rules of the step's kind. */
function heirOf(
  step: Step,
  life: Life,
  lives: ReadonlyMap<number, Life>,
  at: number,
  given: ReadonlySet<Life>,
): Life | null {
  const { inputs, outputs } = partsOf(step);
  const output = outputs.find(({ view }) => view.buffer === life.buffer)?.view;
  if (output === undefined) return null;
  for (const { view: input } of inputs) {
    const dying = lives.get(input.buffer);
    if (dying === undefined || dying.last !== at || dying.first === at) continue;
    if (dying.bytes !== life.bytes || dying.lane !== life.lane || given.has(dying)) continue;
    const same = inputs.every(({ view, inPlace }) => {
      if (view.buffer !== input.buffer) return true;
      return inPlace && sameView({ ...view, buffer: output.buffer }, output);
    });
    if (same) return dying;
  }
  return null;
}

/** The list of a step. If there is none, it is made. */
function listed(lists: Map<number, Life[]>, at: number): Life[] {
  const list = lists.get(at) ?? [];
  lists.set(at, list);
  return list;
}
