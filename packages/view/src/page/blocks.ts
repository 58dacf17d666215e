import type { OptimizerReport, QuantityRecord, ReportRecord, RunRecord } from "@metrigrad/train";
import { spectrum } from "../geometry/spectrum.ts";
import { stepLengths } from "../geometry/stepLengths.ts";
import { numberText } from "../plot/number.ts";
import { type Cell, details, figure, heading, numeric, paragraph, plain, table } from "./html.ts";
import type { RunGroup } from "./runs.ts";

const none = "–";

/** What the optimizer reports of the blocks of one run: the last values in a table, and lines over time. */
export function blockReport({ arch, label, runs: [{ run }] }: RunGroup): string {
  const reports = run.epochs.flatMap(({ report }) => (report === undefined ? [] : [report]));
  const last = reports.at(-1);
  if (last === undefined || last.blocks.length === 0) return "";
  const pictures = quantitiesOf(reports).map((quantity) =>
    figure(
      `${pictured[quantity]} of ${label}`,
      stepLengths(reports.map(plainReport), { quantity }),
    ),
  );
  return [
    heading(`${arch}, ${label}, seed ${run.seed}`),
    blockTable(run, last),
    ...(reports.length > 1 ? pictures : []),
  ].join("");
}

function blockTable(run: RunRecord, { step, blocks }: ReportRecord): string {
  const rows = blocks.map(({ path, params, solver, quantities }) => {
    const known = run.model?.rows.find(
      (row) => row.path === path && (path !== "" || row.params.join() === params.join()),
    );
    return {
      block: plain(path === "" ? params.join(", ") : path),
      metric: plain(known?.form ?? none),
      law: plain(known?.law ?? none),
      matrices: plain(known?.layout ?? none),
      solver: plain(solver),
      "damping λ": quantityCell(quantities.lambda),
      residual: quantityCell(quantities.residual),
      "step length, √nats": quantityCell(quantities.length),
      condition: quantityCell(quantities.condition),
    } satisfies Readonly<Record<string, Cell>>;
  });
  const titles = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[number])[];
  const shown = titles.filter((title) => rows.some((row) => row[title].html !== none));
  const cells = rows.map((row) => shown.map((title) => row[title]));
  return table(`The blocks at step ${step}.`, shown, cells);
}

/** What the pictures of quantities are called. */
const pictured: Readonly<Record<string, string>> = {
  length: "Step length",
  lambda: "Damping",
  residual: "Residual",
  condition: "Condition number",
};

function quantityCell(value: QuantityRecord | undefined): Cell {
  if (value === undefined || value === null) return numeric(none);
  if (typeof value === "number") return numeric(numberText(value));
  const { min, median, max } = value;
  if (min === null || max === null) return numeric(none);
  const middle = median === null ? none : numberText(median);
  return min === max
    ? numeric(middle)
    : numeric(middle, `${numberText(min)} to ${numberText(max)}`);
}

/** The quantities that have a picture: those that some block has, and that are not the same all the time. */
function quantitiesOf(reports: readonly ReportRecord[]): string[] {
  return Object.keys(pictured).filter((name) => {
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
        .map(({ path, params, values }) => [
          path === "" ? params.join(", ") : path,
          significant(values),
        ]),
    ),
  }));
  const several = spectra.some(({ matrices }) => matrices > 1);
  const cut = spectra.some(({ values }) => significant(values).length < values.length);
  const notes = [
    ...(several ? ["Of a block with a matrix for each unit, the first matrix is shown."] : []),
    ...(cut ? ["Eigenvalues below 10⁻⁷ of the largest are left out."] : []),
  ];
  const title = `${arch}, ${label}, seed ${run.seed}`;
  const overTime = () =>
    figure(`Eigenvalues of ${label} over time`, spectrum(times, { by: "time" }));
  return [
    heading(title),
    notes.length === 0 ? "" : paragraph(notes.join(" ")),
    figure(`Eigenvalues of ${label}`, spectrum(someOf(times))),
    times.length > 1 ? details(`spectra ${title}`, "The same over time", overTime()) : "",
  ].join("");
}

/** Leaves out eigenvalues that are nothing but rounding of float32. The largest comes first, and always stays. */
function significant(values: readonly number[]): readonly number[] {
  const least = 1e-7 * (values[0] ?? 0);
  return values.filter((value, rank) => rank === 0 || value >= least);
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
