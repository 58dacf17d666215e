import {
  BackendError,
  type BufferSpec,
  type Plan,
  storageBytes,
  type VariableSpec,
} from "@metrigrad/tensor";
import { type DeviceLimits, showBytes } from "./limits.ts";
import { Page, type Spot } from "./page.ts";

/** The place of every buffer of a plan, and the pages that were made for it. */
export interface Placed {
  readonly spots: readonly Spot[];
  readonly pages: readonly Page[];
}

/** Returns the number of bytes of a buffer. */
export function bytesOf({ size, dtype }: BufferSpec): number {
  return size * storageBytes[dtype];
}

/**
 * Places the buffers of a plan.
 *
 * The arena takes as few pages as possible, since no buffer may straddle two pages. Feeds, outputs and constants are
 * on pages of their own kind. Variables are where the store has them. A page that one binding cannot show holds
 * one value, or values that share memory.
 */
export function place(
  plan: Plan,
  { pageBytes, bindingBytes }: Pick<DeviceLimits, "pageBytes" | "bindingBytes">,
  variable: (spec: VariableSpec) => Spot,
): Placed {
  const pages: Page[] = [];
  const open = new Map<string, Page>();
  const reserve = (kind: string, bytes: number): Spot => {
    refuseAbove(pageBytes, bytes, kind);
    let page = open.get(kind);
    if (page === undefined || !page.hasRoom(bytes)) {
      page = new Page(`${kind}s of a program`, 0, { windowBytes: bindingBytes });
      pages.push(page);
      open.set(kind, page);
    }
    return { page, offset: page.reserve(bytes) };
  };
  const inArena = arenaRuns(plan).map(({ start, end }) => {
    return { start, end, spot: reserve("arena buffer", end - start) };
  });
  const spots = plan.buffers.map((buffer): Spot => {
    const { place: where } = buffer;
    if (where.kind === "variable") return variable(where.spec);
    if (where.kind !== "arena") return reserve(where.kind, bytesOf(buffer));
    const run = inArena.find(({ start, end }) => where.offset >= start && where.offset < end);
    if (run === undefined) return reserve("arena buffer", 0);
    return { page: run.spot.page, offset: run.spot.offset + where.offset - run.start };
  });
  return { spots, pages };
}

/** Returns stretches of the arena that no buffer crosses, in order. */
function arenaRuns(plan: Plan): { readonly start: number; readonly end: number }[] {
  const ranges = plan.buffers
    .flatMap((buffer) => {
      const { place: where } = buffer;
      if (where.kind !== "arena" || buffer.size === 0) return [];
      return [{ start: where.offset, end: where.offset + bytesOf(buffer) }];
    })
    .sort((a, b) => a.start - b.start);
  const runs: { start: number; end: number }[] = [];
  for (const range of ranges) {
    const last = runs.at(-1);
    if (last !== undefined && range.start < last.end) last.end = Math.max(last.end, range.end);
    else runs.push({ ...range });
  }
  return runs;
}

/** Throws BackendError if bytes do not fit into one buffer, or into one binding. */
export function refuseAbove(
  most: number,
  bytes: number,
  kind: string,
  room: "buffer" | "binding" = "buffer",
): void {
  if (bytes <= most) return;
  throw new BackendError({
    where: "store.prepare",
    must: `what shares memory must fit into one ${room} of the gpu (${showBytes(most)}, the adapter's most)`,
    got: `${showBytes(bytes)} (${kind})`,
    todo: `use a smaller batch, an adapter with larger ${room}s (backend.describe() says how large), or the cpu backend`,
  });
}
