import type { FixedRegion } from "../loop/region.ts";
import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";
import { firstShare, forEachIndex, leading } from "./rows.ts";

/** Runs `body` for every index of the leading axes, shared among parts by the first of them. */
export function forEachBatch(
  f: FunctionBuilder,
  axes: number,
  regions: readonly FixedRegion[],
  part: I32,
  parts: I32,
  body: (addresses: readonly I32[]) => void,
): void {
  const shape = (regions[0] as FixedRegion).shape.slice(0, axes);
  const run = (addresses: readonly I32[]) => body(addresses.map((address) => f.let(address)));
  const all = regions.map((region) => leading(region, axes));
  if (axes === 0) {
    f.if(i32.eqz(part), () => forEachIndex(f, shape, all, null, run));
    return;
  }
  forEachIndex(f, shape, all, firstShare(f, shape, part, parts), run);
}
