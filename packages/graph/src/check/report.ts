import { sameShape, showShape, type Tensor } from "@metrigrad/tensor";

/**
 * One comparison of a check.
 *
 * @category Checks
 */
export interface CheckResult {
  /** What was compared, such as "matmul, batched: batch rule of inputs 0, 2". */
  readonly name: string;
  /** The largest error. It is Infinity if shapes, types or infinities differ. */
  readonly error: number;
  /** The largest error that passes. */
  readonly tolerance: number;
  /** What is wrong, or null if the comparison passes. */
  readonly detail: string | null;
}

/**
 * The comparisons of a check. All of them are within their tolerance.
 *
 * @category Checks
 */
export interface CheckReport {
  /** All comparisons, in their order. */
  readonly results: readonly CheckResult[];
  /** The comparison closest to its tolerance; null if there was nothing to compare. */
  readonly worst: CheckResult | null;
}

/** Makes the report of results that all passed. */
export function reportOf(results: readonly CheckResult[]): CheckReport {
  const ratio = ({ error, tolerance }: CheckResult) => (error === 0 ? 0 : error / tolerance);
  const worst = results.reduce<CheckResult | null>(
    (worse, result) => (worse === null || ratio(result) > ratio(worse) ? result : worse),
    null,
  );
  return { results, worst };
}

/** Returns the results that failed. */
export function failuresOf(results: readonly CheckResult[]): CheckResult[] {
  return results.filter(({ error, tolerance, detail }) => detail !== null || !(error <= tolerance));
}

/** Writes failures as text: the first ten, one on each line, and the number of the others. */
export function listFailures(failures: readonly CheckResult[]): string {
  const lines = failures.slice(0, 10).map(({ name, detail }) => `\n  ${name}: ${detail}`);
  const more = failures.length - lines.length;
  return `${failures.length} off${lines.join("")}${more > 0 ? `\n  and ${more} more` : ""}`;
}

/**
 * Compares two numbers. The error is relative to the larger of them, or to `unit` if that is
 * larger.
 */
export function compareNumbers(
  name: string,
  got: number,
  expected: number,
  tolerance: number,
  unit: number,
): CheckResult {
  const error = difference(got, expected, unit);
  const detail = error <= tolerance ? null : `must be ${expected}, got ${got}`;
  return { name, error, tolerance, detail };
}

/** Compares two tensors of equal shape and type, element by element. */
export function compareTensors(
  name: string,
  got: Tensor,
  expected: Tensor,
  tolerance: number,
): CheckResult {
  const kind = ({ dtype, shape }: Tensor) =>
    `${dtype.replace(/f(32|64)/, "float")} ${showShape(shape)}`;
  if (!sameShape(got.shape, expected.shape) || kind(got) !== kind(expected)) {
    const detail = `must be ${kind(expected)}, got ${kind(got)}`;
    return { name, error: Number.POSITIVE_INFINITY, tolerance, detail };
  }
  const [a, b] = [got.data(), expected.data()];
  const unit = Math.min(1, largest(b));
  let at = 0;
  let worst = 0;
  for (let i = 0; i < b.length; i++) {
    const error = difference(a[i] as number, b[i] as number, unit);
    if (!(error <= worst)) [worst, at] = [error, i];
  }
  const detail = worst <= tolerance ? null : `element ${at} must be ${b[at]}, got ${a[at]}`;
  return { name, error: worst, tolerance, detail };
}

/** Returns the error of a number, relative to the largest of both numbers and `unit`. */
function difference(got: number, expected: number, unit: number): number {
  if (Object.is(got, expected) || got === expected) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(expected)) return Number.POSITIVE_INFINITY;
  return Math.abs(got - expected) / Math.max(Math.abs(got), Math.abs(expected), unit);
}

/** Returns the largest finite magnitude. */
function largest(data: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(data[i] as number);
    if (size > most && size < Number.POSITIVE_INFINITY) most = size;
  }
  return most;
}
