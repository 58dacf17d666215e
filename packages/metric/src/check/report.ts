/** One comparison of `checkMetric` or `checkLaw`. */
export interface MetricCheck {
  /** What was compared: "dense: E[score score'] by enumeration". */
  readonly name: string;
  readonly passed: boolean;
  /** How far off it is, by what limit it was judged, and what is wrong. */
  readonly detail: string;
}

/** What `checkMetric` or `checkLaw` found. */
export interface MetricReport {
  /** Whether all checks passed. */
  readonly passed: boolean;
  readonly checks: readonly MetricCheck[];
  /** A verdict, then a line per check, those that are off first. */
  toString(): string;
}

/** The report of some checks by `door`, the function that made them. */
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

/** A check that an error stays within a limit; `wrong` says what it is where it does not. */
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
