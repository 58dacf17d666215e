import type { CheckReport } from "@metrigrad/graph";
import type { MetricReport } from "@metrigrad/metric";
import { MetrigradError } from "@metrigrad/tensor";

/** What a check found. */
export interface Verdict {
  /** Null: it could not be checked. */
  readonly passed: boolean | null;
  /** In a few words: how much was compared, what is off, or why there was no check. */
  readonly detail: string;
  /** All that is off, a line each. */
  readonly off: readonly string[];
}

/** What is said where so many comparisons hold. */
export function passed(comparisons: number): Verdict {
  const detail = comparisons === 1 ? "1 comparison holds" : `${comparisons} comparisons hold`;
  return { passed: true, detail, off: [] };
}

/** What is said where something is off. */
export function failed(off: readonly string[], comparisons?: number): Verdict {
  const detail =
    comparisons === undefined ? "an error" : `${off.length} of ${comparisons} comparisons are off`;
  return { passed: false, detail, off };
}

/** What is said where there is no way to check, with what would be one. */
export function unchecked(why: string): Verdict {
  return { passed: null, detail: `not checked: ${why}`, off: [] };
}

/** The verdict of a report of `checkMetric` or `checkLaw`. */
export function verdictOfReport({ passed: all, checks }: MetricReport): Verdict {
  if (all) return passed(checks.length);
  const off = checks.filter((check) => !check.passed);
  return failed(
    off.map(({ name, detail }) => `${name}: ${detail}`),
    checks.length,
  );
}

/** The verdict of `checkOp`, which throws where something is off. */
export async function verdictOfOp(check: () => Promise<CheckReport>): Promise<Verdict> {
  try {
    return passed((await check()).results.length);
  } catch (error) {
    if (!(error instanceof MetrigradError)) throw error;
    const { must, got } = error.parts;
    const [, count] = /^all (\d+) comparisons/.exec(must) ?? [];
    if (count === undefined) return failed([error.message]);
    const [, ...lines] = got.split("\n");
    return failed(
      lines.map((line) => line.trim()),
      Number(count),
    );
  }
}
