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
export function exchangesOf({ exchanged }: Stage, float: FloatType): readonly RankExchange[] {
  if (exchanged === null) return [];
  const { type, shape } = exchanged.attrs;
  const bytes = sizeOf(shape) * storageBytes[storedType(type, float)];
  return [{ kind: "allreduce", bytes }];
}
