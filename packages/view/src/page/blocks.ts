import type { OptimizerReport, QuantityRecord, ReportRecord, RunRecord } from "@metrigrad/train";
import { spectrum } from "../geometry/spectrum.ts";
import { stepLengths } from "../geometry/stepLengths.ts";
import { numberText } from "../plot/number.ts";
import { type Cell, figure, heading, numeric, paragraph, plain, table } from "./html.ts";
import type { RunGroup } from "./runs.ts";

const none = "–";

/** What the optimizer reports of the blocks of one run: the last values in a table, and lines over time. */
export function blockReport({ arch, label, runs: [{ run }] }: RunGroup): string {
  const reports = run.epochs.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const last = reports.at(-1);
  if (last === undefined || last.blocks.length === 0) return "";
  const pictures = quantitiesOf(reports).map((quantity) =>
    figure(stepLengths(reports.map(plainReport), { quantity })),
  );
  return [
    heading(`${arch}, ${label}, seed ${run.seed}`),
    blockTable(run, last),
    ...(reports.length > 1 ? pictures : []),
  ].join("");
}

function blockTable(run: RunRecord, { step, blocks }: ReportRecord): string {
  const rows = blocks.map(({ path, params, solver, quantities }): Cell[] => {
    const known = run.model?.rows.find(
      (row) => row.path === path && (path !== "" || row.params.join() === params.join()),
    );
    return [
      plain(path === "" ? params.join(", ") : path),
      plain(known?.form ?? none),
      plain(known?.law ?? none),
      plain(known?.layout ?? none),
      plain(solver),
      ...["lambda", "residual", "length", "condition"].map((name) =>
        numeric(quantityText(quantities[name])),
      ),
    ];
  });
  const head = ["block", "metric", "law", "matrices", "solver"];
  const measured = ["damping λ", "residual", "step length, √nats", "condition"];
  return table(`The blocks at step ${step}.`, [...head, ...measured], rows);
}

function quantityText(value: QuantityRecord | undefined): string {
  if (value === undefined || value === null) return none;
  if (typeof value === "number") return numberText(value);
  const { min, median, max } = value;
  if (min === null || max === null) return none;
  const middle = median === null ? none : numberText(median);
  return min === max ? middle : `${middle} (${numberText(min)} to ${numberText(max)})`;
}

/** The quantities that have a picture: those that some block has, and that are not the same all the time. */
function quantitiesOf(reports: readonly ReportRecord[]): string[] {
  const known = ["length", "lambda", "residual", "condition"];
  return known.filter((name) => {
    const values = reports.flatMap(({ blocks }) =>
      blocks.flatMap(({ quantities }) =>
        isKnown(quantities[name]) ? [largest(quantities[name])] : [],
      ),
    );
    return values.some((value) => value !== values[0]);
  });
}

function isKnown(value: QuantityRecord | undefined): boolean {
  if (value === undefined || value === null) return false;
  return typeof value === "number" || value.max !== null;
}

/** Returns a report as it was before it was recorded, with the range of values in the place of them. */
function plainReport({ step, quantities, blocks }: ReportRecord): OptimizerReport {
  const values = (own: ReportRecord["quantities"]) =>
    Object.fromEntries(
      Object.entries(own).flatMap(([name, value]) =>
        isKnown(value) ? [[name, largest(value)]] : [],
      ),
    );
  return {
    step,
    quantities: values(quantities),
    blocks: blocks.map((block) => ({ ...block, quantities: values(block.quantities) })),
  };
}

function largest(value: QuantityRecord | undefined): number {
  return typeof value === "number" ? value : (value?.max ?? Number.NaN);
}

/** The eigenvalues of the blocks of one run; "" if it has none. */
export function spectraReport({ arch, label, runs: [{ run }] }: RunGroup): string {
  const { spectra = [] } = run;
  if (spectra.length === 0) return "";
  const all = [...new Set(spectra.map(({ epoch }) => epoch))];
  const times = all.map((epoch) => ({
    epoch,
    blocks: Object.fromEntries(
      spectra
        .filter((one) => one.epoch === epoch)
        .map(({ path, params, values }) => [path === "" ? params.join(", ") : path, values]),
    ),
  }));
  const several = spectra.filter(({ matrices }) => matrices > 1);
  const note =
    several.length === 0
      ? ""
      : paragraph("A block with a matrix for each unit is shown by the matrix of its first unit.");
  return [
    heading(`${arch}, ${label}, seed ${run.seed}`),
    note,
    figure(spectrum(someOf(times))),
    ...(times.length > 1 ? [figure(spectrum(times, { by: "time" }))] : []),
  ].join("");
}

/** Up to four of a list: the first, the last, and some between. */
function someOf<T>(list: readonly T[]): readonly T[] {
  const most = 4;
  if (list.length <= most) return list;
  const places = Array.from({ length: most }, (_, at) =>
    Math.round((at * (list.length - 1)) / (most - 1)),
  );
  return places.map((place) => list[place] as T);
}
