import { type FloatType, MetricError, storageBytes } from "@metrigrad/tensor";

/** The floats in which a metric is made and solved: those of the store, or of 64 bits. */
export type SolvePrecision = "store" | "f64";

/** The floats of a store, and those in which a metric is made and solved there. */
export interface SolveFloats {
  /** What `float` is in the store; `"f32"` by default. */
  readonly float?: FloatType | undefined;
  /** `"store"` by default. */
  readonly solvePrecision?: SolvePrecision | undefined;
}

/** Bytes of a number of a metric. */
export interface NumberBytes {
  /** Of one that a solve makes. */
  readonly made: number;
  /** Of one that is held from step to step. */
  readonly held: number;
}

/** Bytes of the numbers of a metric. What is solved in 64 bits is held as two floats of a store of 32. */
export function numberBytes({ float = "f32", solvePrecision = "store" }: SolveFloats): NumberBytes {
  const stored = storageBytes[float];
  if (solvePrecision === "store" || solvePrecision === float) return { made: stored, held: stored };
  const made = storageBytes[solvePrecision];
  return { made, held: 2 * stored };
}

/** Throws MetricError where a metric must be solved in floats that a backend lacks. */
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

/** Throws MetricError for floats that there are not. */
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
