import { median } from "d3-array";
import { numberText } from "../plot/number.ts";
import { element, escaped } from "../svg/element.ts";
import { type Cell, numeric, paragraph, plain, table } from "./html.ts";
import type { LabelledRun, RunGroup } from "./runs.ts";

const none = "–";

/** What the summary shows of a run, with its title. */
interface Column {
  readonly title: string;
  readonly of: (one: LabelledRun) => number | null;
  readonly show?: (value: number) => string;
}

const share = (value: number) => `${(100 * value).toFixed(2)} %`;
const last = ({ run }: LabelledRun) => run.epochs.at(-1);
const total = ({ run }: LabelledRun, key: "seconds" | "secondsMetric"): number | null => {
  if (run.epochs.length === 0) return null;
  const sum = run.epochs.reduce((before, epoch) => before + (epoch[key] ?? Number.NaN), 0);
  return Number.isFinite(sum) ? sum : null;
};

const costs: readonly Column[] = [
  { title: "epochs", of: (one) => one.run.epochs.length },
  { title: "training cost", of: (one) => last(one)?.trainCost ?? null },
  { title: "validation cost", of: (one) => last(one)?.validCost ?? null },
  { title: "validation accuracy", of: (one) => last(one)?.validAccuracy ?? null, show: share },
];

const results: readonly Column[] = [
  { title: "test cost", of: (one) => one.run.test.cost },
  { title: "test accuracy", of: (one) => one.run.test.accuracy, show: share },
  { title: "seconds", of: (one) => total(one, "seconds") },
  { title: "seconds of the metric", of: (one) => total(one, "secondsMetric") },
];

/** The table of what the runs came to: the median of repeats, with the lowest and the highest. */
export function summaryTable(groups: readonly RunGroup[]): string {
  const all = groups.flatMap(({ runs }) => runs);
  const columns = [...costs, ...ownColumns(all), ...results];
  const shown = columns.filter(({ of }) => all.some((one) => of(one) !== null));
  const several = groups.some(({ runs }) => runs.length > 1);
  const head = ["architecture", "optimizer", "seeds", ...shown.map(({ title }) => title)];
  const rows = groups.map(({ arch, label, runs }): Cell[] => [
    plain(arch),
    plain(label),
    numeric(String(runs.length)),
    ...shown.map(({ of, show = (value: number) => numberText(value, 4) }) =>
      spread(runs.map(of), show),
    ),
  ]);
  const caption = several
    ? "The last epoch of each run. For several seeds: the median, and below it the lowest and the highest."
    : "The last epoch of each run.";
  return table(caption, head, rows);
}

/** A column for each own metric of the runs. */
function ownColumns(all: readonly LabelledRun[]): Column[] {
  return (["validMetrics", "trainMetrics"] as const).flatMap((key) => {
    const names = new Set(all.flatMap((one) => Object.keys(last(one)?.[key] ?? {})));
    const split = key === "validMetrics" ? "validation" : "training";
    return [...names].map(
      (name): Column => ({
        title: `${split} ${name}`,
        of: (one) => last(one)?.[key]?.[name] ?? null,
      }),
    );
  });
}

function spread(values: readonly (number | null)[], show: (value: number) => string): Cell {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return numeric(none);
  const middle = show(median(known) ?? Number.NaN);
  const [low, high] = [show(Math.min(...known)), show(Math.max(...known))];
  return known.length === 1 || low === high
    ? numeric(middle)
    : numeric(middle, `${low} to ${high}`);
}

const endings = {
  epochs: "ended after its last epoch",
  earlyStopping: "ended early, since it got no better",
  stopped: "stopped by its user",
  error: "ended with an error",
} as const;

/** How far the runs have come that are followed while they train; "" where none is. */
export function progressList(runs: readonly LabelledRun[]): string {
  const states = runs.flatMap(({ state }) => state ?? []);
  if (states.length > 0 && states.every(({ ending }) => ending === "epochs")) {
    return paragraph("All runs have ended after their last epoch.");
  }
  const items = runs.flatMap(({ run, label, state }) => {
    if (state === null) return [];
    const done = run.epochs.length;
    const { epochs, steps, step, ending, message } = state;
    const passed = Math.max(step / (steps ?? Number.POSITIVE_INFINITY), done / epochs);
    const value = Math.min(1, passed);
    const name = `${run.arch} ${label}, seed ${run.seed}`;
    // As a text, since numbers are rounded as pixels are.
    const bar = element("progress", { value: value.toFixed(3), max: 1, "aria-label": name }, "");
    const at = steps === null || step === 0 ? "" : `, step ${step} of ${steps}`;
    const words = ending === null ? "has no end yet: it trains, or was killed" : endings[ending];
    const said = `${name}: epoch ${done} of ${epochs}${at}; ${words}${message === null ? "" : `: ${message}`}`;
    return [element("li", {}, bar, " ", escaped(said))];
  });
  return items.length === 0 ? "" : element("ul", { class: "progress" }, ...items);
}
