import { type FloatType, MetricError, storageBytes } from "@metrigrad/tensor";

/**
 * The element type in which a metric is made and solved: that of the store, or 64 bits.
 *
 * @category Metrics: blocks
 */
export type SolvePrecision = "store" | "f64";

/**
 * The element type of a store, and the one in which a metric is made and solved there.
 *
 * @category Metrics: blocks
 */
export interface SolveFloats {
  /** The element type of the store; `"f32"` by default. */
  readonly float?: FloatType | undefined;
  /** The element type of the metric; `"store"` by default. */
  readonly solvePrecision?: SolvePrecision | undefined;
}

/** The bytes of a number of a metric. */
export interface NumberBytes {
  /** The bytes of a number that a solve makes. */
  readonly made: number;
  /** The bytes of a number that is held from step to step. */
  readonly held: number;
}

/**
 * Returns the bytes of the numbers of a metric. In a store of 32 bits, a number that is solved in 64 bits is held as
 * two floats.
 */
export function numberBytes({ float = "f32", solvePrecision = "store" }: SolveFloats): NumberBytes {
  const stored = storageBytes[float];
  if (solvePrecision === "store" || solvePrecision === float) return { made: stored, held: stored };
  const made = storageBytes[solvePrecision];
  return { made, held: 2 * stored };
}

/**
 * Checks that a backend has the element type in which a metric is solved.
 *
 * @param where - The name of the calling function, for the error.
 * @param solvePrecision - The element type of the metric.
 * @param floats - The element types of the backend.
 * @throws {@link MetricError} if the backend does not have it.
 * @category Metrics: own metrics
 */
export function checkSolvable(
  where: string,
  solvePrecision: SolvePrecision,
  floats: readonly FloatType[],
): void {
  if (solvePrecision === "store" || floats.includes(solvePrecision)) return;
  throw new MetricError({
    where,
    must: `solvePrecision ${JSON.stringify(solvePrecision)} needs a backend that has these floats`,
    got: `one of ${floats.join(" and ")} only`,
    todo: "use the cpu backend, or leave solvePrecision out and damp more (λ ≥ 1e-4 of the trace)",
  });
}

/** Throws MetricError for element types that do not exist. */
export function checkFloats(where: string, { float, solvePrecision }: SolveFloats): void {
  const check = (name: string, got: unknown, known: readonly string[]) => {
    if (got === undefined || known.includes(got as string)) return;
    throw new MetricError({
      where,
      must: `${name} must be ${known.map((one) => JSON.stringify(one)).join(" or ")}`,
      got: JSON.stringify(got) ?? String(got),
      todo: `leave it out for ${JSON.stringify(known[0])}`,
    });
  };
  check("float", float, ["f32", "f64"]);
  check("solvePrecision", solvePrecision, ["store", "f64"]);
}
