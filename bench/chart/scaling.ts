/** The picture of the suite `scaling`, from the table of bench/README.md. */
import { axes } from "../suites/scalingAxes.ts";
import { type GrowthPanel, growthChart } from "./growth.ts";

/** Draws the rows of the table "scaling" of a page, which have steps per second by axis, value and variant. */
export function scalingChart(page: string): string {
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
  return growthChart(panels);
}
