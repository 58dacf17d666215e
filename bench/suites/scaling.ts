import { join } from "node:path";
import { writeWhole } from "metrigrad";
import { growthChart } from "../chart/growth.ts";
import type { Contestant } from "../contestant.ts";
import { interleaved } from "../measure.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";
import { axes, type Point, steepness } from "./scalingAxes.ts";

/**
 * How the time of a step grows with width, depth, batch and the size of a metric's block. `linear`
 * is the rate that the case before would give if time grew as the arithmetic does: a ratio below 1
 * says that this case is dearer than that. The curves go to runs/bench/scaling.svg.
 */
export async function scaling(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  const ours = session.ours.slice(-2).filter(({ variant }, at, all) => {
    return at === all.length - 1 || variant !== "plain";
  });
  const charts: { title: string; curves: { label: string; points: Point[] }[] }[] = [];
  for (const { name, title, values, work, make } of axes) {
    const curves = ours.map(({ variant }) => ({ label: variant, points: [] as Point[] }));
    for (const value of session.options.quick ? values.slice(0, 3) : values) {
      session.progress(`scaling ${name} ${value}`);
      const contestants: Contestant[] = [];
      for (const { backend } of ours) contestants.push(await make(backend, value));
      const seconds = await interleaved(contestants, session.options);
      for (const contestant of contestants) await contestant.close();
      for (const [at, { label, points }] of curves.entries()) {
        const point = { value, work: work(value), seconds: seconds[at] as number };
        results.push(growthResult(`${name} ${value} ${label}`, point, points.at(-1)));
        points.push(point);
      }
    }
    for (const { label, points } of curves) session.remark(steepness(`${name} (${label})`, points));
    charts.push({ title, curves });
  }
  const folder = join(import.meta.dirname, "..", "..", "runs", "bench");
  const svg = growthChart(charts);
  await writeWhole(join(folder, "scaling.svg"), svg);
  if (session.options.write) await writeWhole(join(import.meta.dirname, "..", "scaling.svg"), svg);
  return results;
}

function growthResult(name: string, point: Point, before: Point | undefined): Result {
  const peers: Record<string, number> = {};
  if (before !== undefined) {
    peers.linear = before.work / point.work / before.seconds;
  }
  const shared = { suite: "scaling", case: name, unit: "steps/s", better: "higher" } as const;
  return resultOf({ ...shared, ours: 1 / point.seconds, peers });
}
