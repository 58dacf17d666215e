import { checkNames, DataError, isTensor, type Tensor } from "@metrigrad/tensor";
import { drawCurves } from "../curves/curves.ts";
import type { CurveRecord } from "../curves/records.ts";
import { kindOf, refused } from "../refused.ts";

/**
 * The eigenvalues of blocks by name: lists, or tensors [matrices, size] as a block's `eigenvalues()` returns them. Their order
 * does not matter.
 *
 * @category Pictures
 */
export type Spectra = Readonly<Record<string, Tensor | ArrayLike<number>>>;

/**
 * The eigenvalues of blocks at a step or an epoch.
 *
 * @category Pictures
 */
export interface SpectraAt {
  /** The number of the step, from 0; give either this or `epoch`. */
  readonly step?: number;
  /** The number of the epoch, from 0. */
  readonly epoch?: number;
  /** The eigenvalues of each block. */
  readonly blocks: Spectra;
}

/**
 * Options of {@link spectrum}.
 *
 * @category Pictures
 */
export interface SpectrumOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /**
   * What the axis is: the rank of an eigenvalue from the largest one, or the time, with a line for each of some ranks. `"rank"` by
   * default.
   */
  readonly by?: "rank" | "time";
  /** The ranks that have a line by time, from 1; 1, 3, 10, 30 and 100 by default, as far as there are so many. */
  readonly ranks?: readonly number[];
  /** The lowest and the highest eigenvalue that the axis shows; all that are positive by default. */
  readonly range?: readonly [from: number, to: number];
}

const names = [
  "title",
  "note",
  "by",
  "ranks",
  "range",
] as const satisfies readonly (keyof SpectrumOptions)[];

/**
 * Draws the eigenvalues of blocks, on a logarithmic axis: by rank, or over the time of a training.
 *
 * The spectra of one time are lines of one panel. At several times each block has a panel of its own. A block with several matrices
 * is a line at the median of their i-th eigenvalues with a band from the lowest to the highest. Values that are not positive are not shown; the
 * picture says how many.
 *
 * {@includeCode ../../../../examples/api/view/spectrum.ts#example}
 *
 * @param given - Eigenvalues by block, or a list of them at several times.
 * @param options - The title, the axis and its range.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if there are no eigenvalues, for times that are none, and for options that are not valid.
 * @category Pictures
 */
export function spectrum(
  given: Spectra | readonly SpectraAt[],
  options: SpectrumOptions = {},
): string {
  checkNames("spectrum", options, names, DataError);
  const { title, note, by = "rank", ranks = [1, 3, 10, 30, 100], range } = options;
  if (by !== "rank" && by !== "time") {
    throw refused("spectrum", 'by must be "rank" or "time"', JSON.stringify(by), "use one of them");
  }
  if (!ranks.every((rank) => Number.isInteger(rank) && rank > 0) || ranks.length === 0) {
    const todo = "pass { ranks: [1, 10] }";
    throw refused("spectrum", "ranks must be positive integers", `[${ranks.join(", ")}]`, todo);
  }
  const times = timesOf(given);
  if (by === "time" && times.length < 2) {
    const todo = "pass [{ epoch: 1, blocks }, { epoch: 2, blocks }], or leave by out";
    throw refused("spectrum", "there must be several times", String(times.length), todo);
  }
  const records = by === "rank" ? byRank(times) : byTime(times, ranks);
  const hidden = records.flatMap(({ points }) =>
    points.filter(({ eigenvalue }) => Number.isNaN(eigenvalue)),
  ).length;
  const notes = [
    ...(note === undefined ? [] : [note]),
    ...(hidden > 0
      ? [`${hidden} value${hidden === 1 ? " is" : "s are"} not positive, and not shown.`]
      : []),
  ].join(" ");
  const unit = times[0]?.unit ?? "step";
  const all = {
    quantities: [
      {
        of: "eigenvalue",
        title: "eigenvalue",
        log: true,
        ...(range === undefined ? {} : { range }),
      },
    ],
    by:
      by === "rank"
        ? { of: "rank", title: "rank", log: false }
        : { of: unit, title: `${unit}s`, log: isWide(times) },
    ...(title === undefined ? {} : { title }),
    ...(notes === "" ? {} : { note: notes }),
  };
  return drawCurves("spectrum", records, all, {}, "matrices");
}

interface Time {
  readonly unit: "step" | "epoch";
  /** The number; null where there is only one time. */
  readonly at: number | null;
  readonly blocks: readonly { readonly name: string; readonly matrices: readonly number[][] }[];
}

function timesOf(given: Spectra | readonly SpectraAt[]): Time[] {
  if (!Array.isArray(given)) {
    return [{ unit: "step", at: null, blocks: blocksOf("spectrum", given as Spectra) }];
  }
  if (given.length === 0) throw noSpectra("spectrum", "none");
  return given.map(({ step, epoch, blocks }: SpectraAt, index) => {
    const at = step ?? epoch;
    if (!(Number.isFinite(at) && (step === undefined) !== (epoch === undefined))) {
      const todo = "pass [{ epoch: 1, blocks }, …]";
      const got = `${at} at place ${index}`;
      throw refused("spectrum", "each time must have a step or an epoch", got, todo);
    }
    const unit = step === undefined ? "epoch" : "step";
    return { unit, at: at as number, blocks: blocksOf(`spectrum, ${unit} ${at}`, blocks) };
  });
}

function blocksOf(where: string, spectra: Spectra): Time["blocks"] {
  if (typeof spectra !== "object" || spectra === null) throw noSpectra(where, kindOf(spectra));
  const entries = Object.entries(spectra);
  if (entries.length === 0) throw noSpectra(where, "none");
  return entries.map(([name, values]) => ({ name, matrices: rowsOf(`${where}, ${name}`, values) }));
}

/** The eigenvalues of each matrix, largest first. */
function rowsOf(where: string, values: Tensor | ArrayLike<number>): number[][] {
  const flat = Array.from(isTensor(values) ? values.data() : values);
  const size = isTensor(values) ? (values.shape.at(-1) ?? 0) : flat.length;
  if (flat.length === 0 || !flat.every((one) => typeof one === "number")) {
    throw noSpectra(where, flat.length === 0 ? "none" : "something else");
  }
  return Array.from({ length: flat.length / size }, (_, at) =>
    flat.slice(at * size, (at + 1) * size).sort((a, b) => b - a),
  );
}

const shown = (value: number | undefined) =>
  value !== undefined && value > 0 ? value : Number.NaN;

function byRank(times: readonly Time[]): CurveRecord[] {
  return times.flatMap(({ unit, at, blocks }) =>
    blocks.flatMap(({ name, matrices }) =>
      matrices.map((values, seed) => ({
        ...(at === null ? { label: name } : { label: `${unit} ${at}`, panel: name }),
        seed,
        points: values.map((value, index) => ({ rank: index + 1, eigenvalue: shown(value) })),
      })),
    ),
  );
}

function byTime(times: readonly Time[], ranks: readonly number[]): CurveRecord[] {
  const [first] = times;
  return (first?.blocks ?? []).flatMap(({ name, matrices }) =>
    ranks
      .filter((rank) => rank <= (matrices[0]?.length ?? 0))
      .flatMap((rank) =>
        matrices.map((_, seed) => ({
          panel: name,
          label: rank === 1 ? "largest" : `rank ${rank}`,
          seed,
          points: times.map(({ unit, at, blocks }) => {
            const own = blocks.find((block) => block.name === name)?.matrices[seed];
            return { [unit]: at, eigenvalue: shown(own?.[rank - 1]) };
          }),
        })),
      ),
  );
}

/** Whether times are in about equal factors, as epochs 1, 2, 4, 8 are. */
function isWide(times: readonly Time[]): boolean {
  const all = times.map(({ at }) => at ?? 0);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return low > 0 && high / low > 12;
}

function noSpectra(where: string, got: string) {
  const todo = "pass eigenvalues by block: { dense0: await block.eigenvalues() }";
  return refused(where, "there must be eigenvalues", got, todo);
}
