import type { Variable } from "@metrigrad/graph";
import { type FloatType, sizeOf, storageBytes, storedType } from "@metrigrad/tensor";
import type { Stage } from "../cut.ts";

/**
 * A message in which all ranks take part.
 *
 * @category Distributed
 */
export interface RankExchange {
  /** What the ranks do: add up their values, or put their parts one after the other. */
  readonly kind: "allreduce" | "allgather";
  /** The bytes of what every rank has afterwards. */
  readonly bytes: number;
}

/** Returns the messages after a stage, in their order. */
export function exchangesOf(
  { summed, gathered }: Stage,
  float: FloatType,
): readonly RankExchange[] {
  const message = (kind: RankExchange["kind"], { attrs }: Variable): RankExchange => {
    const bytes = sizeOf(attrs.shape) * storageBytes[storedType(attrs.type, float)];
    return { kind, bytes };
  };
  return [
    ...(summed === null ? [] : [message("allreduce", summed)]),
    ...(gathered === null ? [] : [message("allgather", gathered.all)]),
  ];
}
