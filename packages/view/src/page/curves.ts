import { curves } from "../curves/curves.ts";
import { figure } from "./html.ts";
import type { LabelledRun } from "./runs.ts";

/** The curves of all runs that have an epoch; a picture for the architectures that have the same quantities. */
export function runCurves(runs: readonly LabelledRun[]): string[] {
  const archs = new Map<string, LabelledRun[]>();
  for (const one of runs) {
    if (one.run.epochs.length === 0) continue;
    archs.set(one.run.arch, [...(archs.get(one.run.arch) ?? []), one]);
  }
  const pictures = new Map<string, LabelledRun[]>();
  for (const own of archs.values()) {
    const key = JSON.stringify(quantitiesOf(own));
    pictures.set(key, [...(pictures.get(key) ?? []), ...own]);
  }
  return [...pictures].map(([key, own], at) => {
    const records = own.map(({ run, label }) => ({ ...run, optimizer: label }));
    const quantities = JSON.parse(key) as readonly string[];
    const name = pictures.size === 1 ? "Curves" : `Curves ${at + 1}`;
    return figure(name, curves(records, quantities.length === 0 ? {} : { quantities }));
  });
}

/** The quantities of which some epoch has a value. */
function quantitiesOf(runs: readonly LabelledRun[]): string[] {
  const epochs = runs.flatMap(({ run }) => run.epochs);
  const usual = (["trainCost", "validCost", "validAccuracy"] as const).filter((name) =>
    epochs.some((epoch) => epoch[name] !== null),
  );
  const named = (split: "train" | "valid") => {
    const metrics = epochs.flatMap((epoch) => Object.entries(epoch[`${split}Metrics`] ?? {}));
    const names = metrics.filter(([, value]) => value !== null).map(([name]) => `${split} ${name}`);
    return [...new Set(names)];
  };
  return [...usual, ...named("valid"), ...named("train")];
}
