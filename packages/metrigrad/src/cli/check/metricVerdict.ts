import {
  type CheckMetricOptions,
  checkLaw,
  checkMetric,
  type Metric,
  type UnitRow,
} from "@metrigrad/metric";
import type { AnyLaw, AnyModule } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { unchecked, type Verdict, verdictOfReport } from "./verdict.ts";

/** Checks a metric by `checkMetric`, on a module of the file where it has no small one of its own. */
export async function metricVerdict(
  metric: Metric | UnitRow,
  modules: readonly AnyModule[],
  seed: number,
): Promise<Verdict> {
  if ("plain" in metric && metric.plain === true)
    return unchecked("the plain gradient has no metric");
  const at = (options: CheckMetricOptions) =>
    asked("checkMetric", async () =>
      verdictOfReport(await checkMetric(metric, { seed, ...options })),
    );
  const alone = await at({});
  if (alone.passed !== null) return alone;
  const of = "of" in metric ? metric.of : null;
  const module = modules.find((one) => one === of || one.definition === of);
  return module === undefined ? alone : at({ module });
}

/** Checks a law by `checkLaw`. */
export function lawVerdict(law: AnyLaw, seed: number): Promise<Verdict> {
  return asked("checkLaw", async () => verdictOfReport(await checkLaw(law, { seed })));
}

/** A check that may ask for what is not known here, which its door then says. */
async function asked(door: string, check: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof MetricError) || !error.parts.where.startsWith(door)) throw error;
    const { must, got, todo } = error.parts;
    return unchecked(`${must}, got ${got}; call ${door} in a test: ${todo}`);
  }
}

/** A model and all modules inside of it. */
export function modulesIn(model: AnyModule): readonly AnyModule[] {
  return [model, ...model.children.flatMap(modulesIn)];
}
