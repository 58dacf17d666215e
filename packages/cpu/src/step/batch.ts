import type { FixedRegion } from "../loop/region.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";
import { forEachIndex, forEachOwn, leading, longest } from "./rows.ts";

/** The first of several regions says the batch, which they all have as their leading axes. */
function batchOf(axes: number, regions: readonly FixedRegion[]): readonly number[] {
  return (regions[0] as FixedRegion).shape.slice(0, axes);
}

/** Whether parts that share a batch are busy for most of the time. */
export function sharesWell(batch: readonly number[], parts: number): boolean {
  const size = longest(batch);
  return parts === 1 || Math.ceil(size / parts) * parts <= 1.2 * size;
}

/** Runs `body` for every index of the leading axes, shared among parts by the longest of them. */
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

/** Runs `body` for every index of the leading axes, for each part. */
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
