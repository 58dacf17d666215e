import { curves } from "../curves/curves.ts";
import type { CurveRecord } from "../curves/records.ts";
import { figure } from "./html.ts";
import { type LabelledRun, labelledRuns, type NamedRecording } from "./runs.ts";

/** The cost at the end by learning rate, for optimizers that ran with three learning rates or more; "" if none did. */
export function rateReport(given: readonly NamedRecording[]): string {
  const lines = new Map<string, LabelledRun[]>();
  for (const one of labelledRuns(given, ["learningRate"])) {
    const { arch, seed, settings, epochs } = one.run;
    if (typeof settings.learningRate !== "number" || epochs.length === 0) continue;
    const key = JSON.stringify([arch, one.label, seed]);
    lines.set(key, [...(lines.get(key) ?? []), one]);
  }
  const records = [...lines.values()]
    .filter((runs) => new Set(runs.map(rateOf)).size >= 3)
    .map(recordOf);
  const quantities = (["trainCost", "validCost"] as const).filter((name) =>
    records.some(({ points }) => points.some((point) => typeof point[name] === "number")),
  );
  if (quantities.length === 0) return "";
  const by = { of: "learningRate", title: "learning rate", log: true };
  return figure("Cost by learning rate", curves(records, { by, quantities }));
}

/** The last epochs of runs that differ in their learning rate alone. */
function recordOf(runs: readonly LabelledRun[]): CurveRecord {
  const [{ run, label }] = runs as readonly [LabelledRun];
  const points = [...runs]
    .sort((a, b) => rateOf(a) - rateOf(b))
    .map((one) => {
      const { trainCost = null, validCost = null } = one.run.epochs.at(-1) ?? {};
      return { learningRate: rateOf(one), trainCost, validCost };
    });
  return { panel: run.arch, label, seed: run.seed, points };
}

function rateOf({ run }: LabelledRun): number {
  return Number(run.settings.learningRate);
}
