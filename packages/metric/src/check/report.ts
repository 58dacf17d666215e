/** One comparison of `checkMetric`. */
export interface MetricCheck {
  /** What was compared: "dense: E[score score'] by enumeration". */
  readonly name: string;
  readonly passed: boolean;
  /** How far off it is, and by what limit it was judged. */
  readonly detail: string;
}

/** What `checkMetric` found. */
export interface MetricReport {
  /** Whether all checks passed. */
  readonly passed: boolean;
  readonly checks: readonly MetricCheck[];
  /** A line per check, what is off first in it. */
  toString(): string;
}

/** The report of some checks. */
export function metricReport(name: string, checks: readonly MetricCheck[]): MetricReport {
  const off = checks.filter(({ passed }) => !passed).length;
  const verdict =
    off === 0 ? `all ${checks.length} checks passed` : `${off} of ${checks.length} checks are off`;
  const lines = checks.map(
    (check) => `  ${check.passed ? "ok " : "OFF"}  ${check.name}: ${check.detail}`,
  );
  return Object.freeze({
    passed: off === 0,
    checks,
    toString: () => [`checkMetric ${name}: ${verdict}`, ...lines].join("\n"),
  });
}

/** A check that an error stays within a limit. */
export function within(name: string, error: number, limit: number, what: string): MetricCheck {
  const passed = error <= limit;
  return {
    name,
    passed,
    detail: `${what} ${error.toExponential(1)} (limit ${limit.toExponential(0)})`,
  };
}
