import { checkNames, DataError, isTensor, type Tensor } from "@metrigrad/tensor";
import { bin, extent } from "d3-array";
import { type Field, layFields } from "../geometry/fields.ts";
import { valueScale } from "../heat/scale.ts";
import { sheet } from "../plot/sheet.ts";
import { kindOf, refused } from "../refused.ts";

/**
 * The parameters at a step or an epoch.
 *
 * @category Pictures
 */
export interface Snapshot {
  /** The number of the step, from 0; give either this or `epoch`. */
  readonly step?: number;
  /** The number of the epoch, from 0. */
  readonly epoch?: number;
  /** The values of each parameter by name, such as `{ "dense0/w": await store.read("dense0/w") }`. */
  readonly parameters: Readonly<Record<string, Tensor | ArrayLike<number>>>;
}

/**
 * Options of {@link histograms}.
 *
 * @category Pictures
 */
export interface HistogramOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** The number of bins of each histogram; 32 by default. */
  readonly bins?: number;
  /** How many parameters stand beside each other; at most 3 by default. */
  readonly columns?: number;
}

/**
 * Draws histograms of parameters over time: for each parameter a plane with a column for each time, in which the colour of a cell says the
 * share of the values that lie there.
 *
 * {@includeCode ../../../../examples/api/view/histograms.ts#example}
 *
 * @param snapshots - The parameters at several times, in their order.
 * @param options - The title and the number of bins.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if there are no snapshots, if one lacks a parameter of the first, for times that are none, and for options
 *   that are not valid.
 * @category Pictures
 */
export function histograms(snapshots: readonly Snapshot[], options: HistogramOptions = {}): string {
  checkNames("histograms", options, ["title", "note", "bins", "columns"], DataError);
  const { bins = 32, title, note } = options;
  const times = timesOf(snapshots);
  const names = Object.keys(snapshots[0]?.parameters ?? {});
  if (names.length === 0) throw noSnapshots("no parameter in the first one");
  const { columns = Math.min(3, names.length) } = options;
  checkCount("bins", bins, 2, 200);
  checkCount("columns", columns, 1, 4);
  const fields = names.map((name) => fieldOf(name, snapshots, times, bins));
  const most = Math.max(...fields.flatMap(({ matrix }) => Array.from(matrix.values)));
  const scale = valueScale("histograms", [], "linear", [0, most > 0 ? most : 1]);
  const odd = snapshots.flatMap(({ parameters }) =>
    names.flatMap((name) => valuesOf(parameters[name]).filter((one) => !Number.isFinite(one))),
  ).length;
  const notes = [
    ...(note === undefined ? [] : [note]),
    `${bins} bins from the lowest value to the highest one of all times.`,
    ...(odd > 0 ? [`${odd} value${odd === 1 ? " is" : "s are"} not finite, and not counted.`] : []),
  ].join(" ");
  return sheet({
    heading: title,
    note: notes,
    title: title ?? "Histograms of parameters over time",
    description: `Shares of the values of ${names.join(", ")}, at ${times.title} ${times.texts.join(", ")}.`,
    content: ({ top }) => layFields(fields, scale, "share of the values", columns, top),
  });
}

interface Times {
  readonly title: string;
  readonly texts: readonly string[];
}

function timesOf(snapshots: readonly Snapshot[]): Times {
  if (!Array.isArray(snapshots) || snapshots.length === 0) throw noSnapshots(kindOf(snapshots));
  const texts = snapshots.map(({ step, epoch }: Snapshot, index) => {
    const at = step ?? epoch;
    if (Number.isFinite(at) && (step === undefined) !== (epoch === undefined)) return String(at);
    const got = `${at} at place ${index}`;
    const todo = "pass [{ epoch: 1, parameters }, …]";
    throw refused("histograms", "each snapshot must have a step or an epoch", got, todo);
  });
  return { title: snapshots[0]?.step === undefined ? "epochs" : "steps", texts };
}

function fieldOf(name: string, snapshots: readonly Snapshot[], times: Times, bins: number): Field {
  const all = snapshots.map(({ parameters }, at) => {
    const values = parameters?.[name];
    if (values !== undefined) return valuesOf(values).filter(Number.isFinite);
    const must = "each snapshot must have the parameters of the first one";
    throw refused("histograms", must, `none of ${name} at place ${at}`, "read the same names");
  });
  const [low = 0, high = 1] = extent(all.flat()) as [number | undefined, number | undefined];
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const edges = Array.from({ length: bins - 1 }, (_, at) => from + ((at + 1) / bins) * (to - from));
  const count = bin().domain([from, to]).thresholds(edges);
  const shares = all.map((values) => count(values).map(({ length }) => length / values.length));
  const columns = snapshots.length;
  const values = Float64Array.from({ length: bins * columns }, (_, at) => {
    const row = bins - 1 - Math.floor(at / columns);
    return shares[at % columns]?.[row] ?? 0;
  });
  const places = Array.from({ length: columns }, (_, at) => at);
  return {
    name,
    x: { title: times.title, range: [-0.5, columns - 0.5], values: places, texts: times.texts },
    y: { title: "value", range: [from, to] },
    matrix: { rows: bins, columns, values },
    paths: [],
    marks: [],
  };
}

function valuesOf(values: Tensor | ArrayLike<number> | undefined): number[] {
  return Array.from(isTensor(values) ? values.data() : (values ?? []));
}

function checkCount(name: string, count: number, from: number, to: number): void {
  if (Number.isInteger(count) && count >= from && count <= to) return;
  const must = `${name} must be an integer from ${from} to ${to}`;
  throw refused("histograms", must, String(count), "correct it, or leave it out");
}

function noSnapshots(got: string) {
  const todo = "pass [{ epoch: 1, parameters: { w: await store.read('w') } }, …]";
  return refused("histograms", "there must be snapshots of parameters", got, todo);
}
