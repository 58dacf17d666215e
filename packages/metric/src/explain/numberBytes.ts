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

/** Bytes of the numbers of a metric. What is solved in 64 bits is held as two floats of the store. */
export function numberBytes({ float = "f32", solvePrecision = "store" }: SolveFloats): NumberBytes {
  const stored = storageBytes[float];
  if (solvePrecision === "store") return { made: stored, held: stored };
  const made = storageBytes[solvePrecision];
  return { made, held: 2 * stored };
}

/** Throws MetricError for floats that there are not. */
export function checkFloats(where: string, { float, solvePrecision }: SolveFloats): void {
  const check = (name: string, got: unknown, known: readonly string[]) => {
    if (got === undefined || known.includes(got as string)) return;
    throw new MetricError({
      where,
      must: `${name} must be ${known.map((one) => JSON.stringify(one)).join(" or ")}`,
      got: String(got),
      todo: `leave it out for ${JSON.stringify(known[0])}`,
    });
  };
  check("float", float, ["f32", "f64"]);
  check("solvePrecision", solvePrecision, ["store", "f64"]);
}
