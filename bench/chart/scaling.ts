/** `node --import tsx bench/chart/scaling.ts`: draws bench/scaling.svg from the table of the suite `scaling` in bench/README.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "metrigrad";
import { axes } from "../suites/scalingAxes.ts";
import { type GrowthPanel, growthChart } from "./growth.ts";

const bench = join(import.meta.dirname, "..");
const page = readFileSync(join(bench, "README.md"), "utf8");
/** Steps per second by axis, value and variant. */
const rows = [...page.matchAll(/^\| (\w+) (\d+) ([\w ]+?) \| steps\/s \| ([\d.]+) \|/gm)].map(
  ([, axis, value, variant = "", rate]) => ({
    axis,
    value: Number(value),
    variant,
    seconds: 1 / Number(rate),
  }),
);
const panels = axes.map(({ name, title, work }): GrowthPanel => {
  const own = rows.filter(({ axis }) => axis === name);
  const variants = [...new Set(own.map(({ variant }) => variant))];
  return {
    title,
    curves: variants.map((label) => ({
      label: label.includes("threads") ? label.replace(/^.*?(\d+ threads)$/, "$1") : "1 thread",
      points: own
        .filter(({ variant }) => variant === label)
        .map(({ value, seconds }) => ({ value, seconds, work: work(value) })),
    })),
  };
});
await writeWhole(join(bench, "scaling.svg"), growthChart(panels));
