import { type RowProgram, type RowsStep, type RowWork, sizeOf } from "@metrigrad/tensor";
import { weightOf } from "../expr/rules/table.ts";
import { analyse } from "../loop/body.ts";
import type { FixedRegion } from "../loop/region.ts";
import { collapse, joinSpaces, pickAxes, type Space } from "../loop/space.ts";

/** The loops of a step over rows: those over rows, then those within a row. */
export interface RowNest {
  /** The loops, with the strides of outputs, then of inputs. */
  readonly space: Space;
  /** The number of loops over rows. */
  readonly kept: number;
  /** Whether the lanes of a vector are neighbouring rows, and not neighbours within a row. */
  readonly across: boolean;
  /** The number of rows that are computed at once if lanes are within a row. */
  readonly rows: 1 | 2;
  /** The bytes of the kept elements of a row, or of one row per lane. */
  readonly keptBytes: number;
  /** The strides of kept elements in the loops within a row. */
  readonly keptStrides: readonly number[];
}

function atLeastOne(space: Space): Space {
  if (space.sizes.length > 0) return space;
  return { sizes: [1], strides: space.strides.map(() => [0]) };
}

/** The number of instructions that bring together the lanes of a vector. */
const gatherTime = 12;
/**
 * The number of values up to which two rows are computed at once, so that one does not wait for the sums of the
 * other.
 */
const fewValues = 120;

/**
 * Returns the number of instructions of a work, for each vector of elements and for each row, and the number of its
 * values.
 */
function timesOf(
  { exprs, stages }: RowWork,
  step: RowsStep,
): { element: number; row: number; values: number } {
  const { scalars } = analyse(exprs);
  let [element, row] = [0, 0];
  // A value that is computed from numbers per row alone is computed once.
  const within: boolean[] = [];
  for (const node of scalars.nodes) {
    const isElement =
      node.op === "arg"
        ? isElementOf(step, node.index)
        : node.op === "call" && node.args.some((arg) => within[arg]);
    within.push(isElement);
    const time = node.op === "call" ? weightOf(node.rule) : 0;
    if (isElement) element += time;
    else row += time;
  }
  row += gatherTime * stages.filter((stage) => step.stages[stage]?.op !== undefined).length;
  return { element, row, values: scalars.nodes.length };
}

/** Whether an argument has a value for each element. */
function isElementOf({ inputs, shape, stages }: RowsStep, index: number): boolean {
  const view = inputs[index];
  if (view === undefined) return stages[index - inputs.length]?.per === "element";
  return view.shape.length === shape.length;
}

/** Returns the loops over rows, and within them. */
export function nestOf(
  step: RowsStep,
  program: RowProgram,
  regions: readonly FixedRegion[],
  lanes: number,
): RowNest {
  const { shape, rowAxes } = step;
  const lead = shape.length - rowAxes;
  const axes = shape.map((_, axis) => axis);
  // A number per row has no axes within it.
  const strides = regions.map((region) => axes.map((axis) => region.strides[axis] ?? 0));
  const all: Space = { sizes: shape, strides };
  const rows = atLeastOne(collapse(pickAxes(all, axes.slice(0, lead))));
  const within = atLeastOne(collapse(pickAxes(all, axes.slice(lead))));
  const length = sizeOf(within.sizes);
  const times = [...program.passes, ...program.numbers].map((work) => timesOf(work, step));
  const total = (part: "element" | "row" | "values") =>
    times.reduce((sum, time) => sum + time[part], 0);
  const [element, row] = [total("element"), total("row")];
  // Rows lie apart, so a vector across them is brought together lane by lane.
  const moved = regions.filter((_, i) => {
    return rows.strides[i]?.at(-1) !== 0 && within.strides[i]?.at(-1) !== 0;
  }).length;
  const along = Math.ceil(length / lanes) * (element + moved) + row;
  const beside = (length * (element + 2 * lanes * moved) + row) / lanes;
  const across = (rows.sizes.at(-1) as number) >= lanes && beside < along;
  const sizes = [...within.sizes];
  const last = sizes.at(-1) as number;
  if (!across) sizes[sizes.length - 1] = Math.ceil(last / lanes) * lanes;
  const unit = across ? 16 : 16 / lanes;
  const keptStrides = sizes.map((_, level) => unit * sizeOf(sizes.slice(level + 1)));
  return {
    space: joinSpaces(rows, within),
    kept: rows.sizes.length,
    across,
    rows: !across && total("values") <= fewValues && (rows.sizes.at(-1) as number) > 1 ? 2 : 1,
    keptBytes: unit * sizeOf(sizes),
    keptStrides,
  };
}
