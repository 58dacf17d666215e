import type { FixedRegion } from "../loop/region.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";
import { forEachIndex, forEachOwn, leading, longest } from "./rows.ts";

/** Returns the batch: the first of several regions has it as its leading axes, and so do all others. */
function batchOf(axes: number, regions: readonly FixedRegion[]): readonly number[] {
  return (regions[0] as FixedRegion).shape.slice(0, axes);
}

/** Returns whether parts that share a batch are busy for most of the time. */
export function sharesWell(batch: readonly number[], parts: number): boolean {
  const size = longest(batch);
  return parts === 1 || Math.ceil(size / parts) * parts <= 1.2 * size;
}

/** Runs `body` for every index of the leading axes. Parts share the longest of these axes. */
export function forEachBatch(
  f: FunctionBuilder,
  axes: number,
  regions: readonly FixedRegion[],
  part: I32,
  parts: I32,
  body: (addresses: readonly I32[]) => void,
): void {
  const all = regions.map((region) => leading(region, axes));
  forEachOwn(f, batchOf(axes, regions), all, part, parts, (addresses) =>
    body(addresses.map((address) => f.let(address))),
  );
}

/** Runs `body` for every index of the leading axes, in each part. */
export function forWholeBatch(
  f: FunctionBuilder,
  axes: number,
  regions: readonly FixedRegion[],
  body: (addresses: readonly I32[]) => void,
): void {
  const all = regions.map((region) => leading(region, axes));
  forEachIndex(f, batchOf(axes, regions), all, null, (addresses) =>
    body(addresses.map((address) => f.let(address))),
  );
}
