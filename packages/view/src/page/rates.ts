import { curves } from "../curves/curves.ts";
import type { CurveRecord } from "../curves/records.ts";
import { figure } from "./html.ts";
import type { LabelledRun } from "./runs.ts";

/** The cost at the end by learning rate, for optimizers that ran with three learning rates or more; "" if none did. */
export function rateReport(runs: readonly LabelledRun[]): string {
  const lines = new Map<string, { arch: string; label: string; seed: number; of: LabelledRun[] }>();
  for (const one of runs) {
    const { arch, optimizer, seed, settings } = one.run;
    if (typeof settings.learningRate !== "number" || one.run.epochs.length === 0) continue;
    const key = JSON.stringify([arch, one.of, optimizer, seed]);
    const known = lines.get(key) ?? { arch, label: optimizer, seed, of: [] };
    known.of.push(one);
    lines.set(key, known);
  }
  const records = [...lines.values()]
    .filter(({ of }) => new Set(of.map(rateOf)).size >= 3)
    .map(
      ({ arch, label, seed, of }): CurveRecord => ({
        panel: arch,
        label,
        seed,
        points: [...of]
          .sort((a, b) => rateOf(a) - rateOf(b))
          .map((one) => {
            const { trainCost = null, validCost = null } = one.run.epochs.at(-1) ?? {};
            return { learningRate: rateOf(one), trainCost, validCost };
          }),
      }),
    );
  if (records.length === 0) return "";
  const has = (name: "trainCost" | "validCost") =>
    records.some(({ points }) => points.some((point) => typeof point[name] === "number"));
  const quantities = (["trainCost", "validCost"] as const).filter(has);
  if (quantities.length === 0) return "";
  const by = { of: "learningRate", title: "learning rate", log: true };
  return figure(curves(records, { by, quantities }));
}

function rateOf({ run }: LabelledRun): number {
  return Number(run.settings.learningRate);
}
