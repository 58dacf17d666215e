import { methods, type Tuned } from "./methods.ts";
import type { Problem } from "./problems.ts";
import type { EpochRecord, RunRecord } from "./race.ts";
import { type Records, settingOf, table, trialsOf } from "./records.ts";
import type { TimedProblem } from "./timed.ts";
import { timedSection } from "./timedTables.ts";

/** Steps over which the losses of batches are averaged. */
const span = 20;

/** The page with the tables of all problems that were measured, each between its two comments. */
export function filled(
  page: string,
  problems: readonly Problem[],
  timed: readonly TimedProblem[],
  records: Records,
): string {
  const has = (list: readonly { readonly problem: string }[], name: string) =>
    list.some((one) => one.problem === name);
  const sections = [
    ...problems
      .filter(({ name }) => has(records.races, name))
      .map((one) => [one.name, sectionOf(one, records)] as const),
    ...timed
      .filter(({ name }) => has(records.timed, name))
      .map((one) => [one.name, timedSection(one, records)] as const),
  ];
  return sections.reduce((text, [name, section]) => {
    const [open, close] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [before, rest = ""] = text.split(open);
    const [, after = ""] = rest.split(close);
    return [before, open, "\n\n", section, "\n\n", close, after].join("");
  }, page);
}

function sectionOf({ name, title, epochs, accuracy }: Problem, records: Records): string {
  const racers = methods.flatMap((method) =>
    [epochs, 2 * epochs].flatMap((passes) => {
      const runs = records.races.filter(
        (one) => one.problem === name && one.method === method.name && one.passes === passes,
      );
      const finished = runs.filter(({ diverged }) => !diverged);
      const lost = runs.length - finished.length;
      const label = [
        method.name,
        ...(passes === epochs ? [] : [`${passes} epochs`]),
        ...(lost === 0 ? [] : [`${lost} of ${runs.length} diverged`]),
      ].join(", ");
      return finished.length === 0 ? [] : [{ name: label, runs: finished }];
    }),
  );
  const most = Math.max(...racers.flatMap(({ runs }) => runs.map(({ losses }) => losses.length)));
  const steps = [span, 50, 100, 200, 300, 600, 1000].filter((step) => step < most);
  const longest = Math.max(...racers.flatMap(({ runs }) => runs.map((run) => workOf(run, most))));
  const seconds = [0.25, 0.5, 1, 2, 4, 8, 16, 32].filter((mark) => mark < longest);
  const each = [1, 2, 3, 4, 6, 8, 16].filter((at) => at <= epochs || at === 2 * epochs);
  return [
    `${title}. ${epochs} epochs. ${records.machine}.`,
    table(
      [
        "training cost after epoch",
        ...each.map(String),
        accuracy ? "validation cost, accuracy" : "validation cost",
      ],
      racers.map((racer) => [
        `${racer.name}, ${settingOf(racer.runs[0] as Tuned)}`,
        ...each.map((at) => spread(racer.runs.map(({ epochs: own }) => own[at - 1]?.trainCost))),
        [
          mean(lasts(racer.runs, "validCost")).toFixed(4),
          ...(accuracy ? [`${(100 * mean(lasts(racer.runs, "validAccuracy"))).toFixed(2)} %`] : []),
        ].join(", "),
      ]),
    ),
    table(
      [`mean loss of the ${span} batches before step`, ...[...steps, most].map(String)],
      racers.map((racer) => [
        racer.name,
        ...[...steps, most].map((step) => spread(racer.runs.map((run) => lossAt(run, step)))),
      ]),
    ),
    table(
      [`the same by second of the processor`, ...seconds.map(String), "end, after seconds"],
      racers.map((racer) => [
        racer.name,
        ...seconds.map((mark) => spread(racer.runs.map((run) => lossAt(run, stepAt(run, mark))))),
        `${spread(racer.runs.map((run) => lossAt(run, most)))}, ${mean(racer.runs.map((run) => workOf(run, most))).toFixed(1)}`,
      ]),
    ),
    table(
      ["seconds of an epoch", "of the processor", "by the clock", "to SGD's"],
      racers.map((racer) => {
        const of = (key: "worked" | "seconds", { runs } = racer) =>
          runs.flatMap((run) => run.epochs.map((epoch) => epoch[key]));
        const ratio = mean(of("worked")) / mean(of("worked", racers[0]));
        return [racer.name, spread(of("worked"), 2), spread(of("seconds"), 2), ratio.toFixed(2)];
      }),
    ),
    `What was tried, training cost · validation cost:\n\n${trialsOf(name, records)}`,
  ].join("\n\n");
}

/** The mean loss of the batches before a step; null before there are enough. */
function lossAt({ losses }: RunRecord, step: number): number | null {
  return step < span ? null : mean(losses.slice(Math.min(step, losses.length) - span, step));
}

/** Seconds of the processor until a step: epochs as measured, steps of an epoch alike. */
function workOf({ epochs, losses }: RunRecord, step: number): number {
  const perEpoch = losses.length / epochs.length;
  return epochs.reduce((sum, { worked }, at) => {
    const share = Math.min(1, Math.max(0, step / perEpoch - at));
    return sum + share * worked;
  }, 0);
}

/** The last step that ends within so many seconds. */
function stepAt(run: RunRecord, seconds: number): number {
  const done = run.losses.findIndex((_, at) => workOf(run, at + 1) > seconds);
  return done < 0 ? run.losses.length : done;
}

function lasts(runs: readonly RunRecord[], key: keyof EpochRecord): number[] {
  return runs.map(({ epochs }) => epochs.at(-1)?.[key] ?? Number.NaN);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean, and the least and the largest. */
function spread(values: readonly (number | null | undefined)[], decimals?: number): string {
  const known = values.filter((value): value is number => typeof value === "number");
  if (known.length < values.length) return "–";
  const digits = decimals ?? (mean(known) < 10 ? 4 : 2);
  const [middle, least, largest] = [mean(known), Math.min(...known), Math.max(...known)].map(
    (value) => value.toFixed(digits),
  );
  return `${middle} (${least} … ${largest})`;
}
