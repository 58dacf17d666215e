/**
 * One comparison of {@link checkMetric} or {@link checkLaw}.
 *
 * @category Checks
 */
export interface MetricCheck {
  /** What was compared: "dense: J'F_rJ by finite differences". */
  readonly name: string;
  /** Whether the error is within its limit. */
  readonly passed: boolean;
  /** How large the error is, which limit it has, and what is wrong. */
  readonly detail: string;
}

/**
 * What {@link checkMetric} or {@link checkLaw} found.
 *
 * @category Checks
 */
export interface MetricReport {
  /** Whether all checks passed. */
  readonly passed: boolean;
  /** All checks. */
  readonly checks: readonly MetricCheck[];
  /**
   * Returns a verdict, then a line for each check. Failed checks come first.
   *
   * @returns The text.
   */
  toString(): string;
}

/** Makes the report of some checks by `door`, the function that made them. */
export function metricReport(
  name: string,
  checks: readonly MetricCheck[],
  door = "checkMetric",
): MetricReport {
  const off = checks.filter(({ passed }) => !passed);
  const verdict =
    off.length === 0
      ? `all ${checks.length} checks passed`
      : `${off.length} of ${checks.length} checks are off`;
  const lines = [...off, ...checks.filter(({ passed }) => passed)].map(
    (check) => `  ${check.passed ? "ok " : "OFF"}  ${check.name}: ${check.detail}`,
  );
  return Object.freeze({
    passed: off.length === 0,
    checks,
    toString: () => [`${door} ${name}: ${verdict}`, ...lines].join("\n"),
  });
}

/** Puts `prefix` before the names of checks. */
export function prefixed(prefix: string, checks: readonly MetricCheck[]): MetricCheck[] {
  return checks.map((check) => ({ ...check, name: `${prefix}${check.name}` }));
}

/** Checks that an error stays within a limit. `wrong` says what is wrong if it does not. */
export function within(
  name: string,
  error: number,
  limit: number,
  what: string,
  wrong: () => string = () => "",
): MetricCheck {
  const passed = error <= limit;
  const reason = passed ? "" : wrong();
  return {
    name,
    passed,
    detail: `${what} ${error.toExponential(1)} (limit ${limit.toExponential(0)})${reason && `; ${reason}`}`,
  };
}

/** A claimed matrix next to the one of the definition, both [K, K]. */
export interface Compared {
  readonly claimed: Float64Array;
  readonly found: Float64Array;
  /** The names of the K elements. */
  readonly names: readonly string[];
  /** The number of units: element k belongs to unit k mod m. */
  readonly m: number;
}

/** Entries below this share of the largest one are compared with that share. */
const small = 1e-4;
/** Stands for a largest entry of 0, so that its share is still a number. */
const tiny = 1e-150;

/**
 * Returns the largest error of an entry (k, l), relative to √(g_kk g_ll) of the definition.
 *
 * So parameters with a small metric count as much as others.
 */
export function largestError({ claimed, found }: Pick<Compared, "claimed" | "found">): number {
  const size = Math.sqrt(found.length);
  // Where all entries are 0, as for an expert that gets no rows, errors count as they are.
  const most = Math.max(...found.map(Math.abs), tiny);
  const root = (k: number) => Math.sqrt(Math.max(found[k * size + k] as number, small * most));
  const roots = Array.from({ length: size }, (_, k) => root(k));
  return found.reduce((worst, value, i) => {
    const scale = (roots[Math.floor(i / size)] as number) * (roots[i % size] as number);
    const error = Math.abs(value - (claimed[i] as number)) / scale;
    return error <= worst ? worst : error;
  }, 0);
}

/**
 * Says in words what is wrong with a claimed matrix: a factor for all of it, missing entries between units, or the
 * worst entry.
 */
export function diagnosis(compared: Compared, tolerance: number): string {
  const { claimed, found, names, m } = compared;
  const size = names.length;
  const factor = dot(claimed, found) / dot(found, found);
  const scaled = found.map((value) => factor * value);
  if (factor !== 0 && largestError({ claimed, found: scaled }) <= tolerance * Math.abs(factor)) {
    return `all of it is ${factor.toPrecision(digits(factor, 1))} times what it must be`;
  }
  const inUnit = (i: number) => Math.floor(i / size) % m === (i % size) % m;
  const inside = claimed.map((value, i) => (inUnit(i) ? value : (found[i] as number)));
  const between = m > 1 && largestError({ claimed: inside, found }) <= tolerance;
  const worst = found.reduce((at, value, i) => {
    const off = (k: number, right: number) => Math.abs(right - (claimed[k] as number));
    return off(i, value) > off(at, found[at] as number) ? i : at;
  }, 0);
  const pair = `(${names[Math.floor(worst / size)]}, ${names[worst % size]})`;
  const [is, must] = [claimed[worst] as number, found[worst] as number];
  const entry = `${pair} is ${show(is, must)}, must be ${show(must, is)}`;
  return between ? `only entries between units are off: ${entry}` : `worst entry: ${entry}`;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

function show(value: number, other: number): string {
  return Number(value.toPrecision(digits(value, other))).toString();
}

/** Returns four digits, or as many as distinguish a number from another one. */
function digits(value: number, other: number): number {
  const apart = Math.abs(value - other) / Math.max(Math.abs(value), Math.abs(other));
  const enough = apart > 0 && apart < 1 ? 1 - Math.floor(Math.log10(apart)) : 4;
  return Math.min(Math.max(enough, 4), 17);
}
