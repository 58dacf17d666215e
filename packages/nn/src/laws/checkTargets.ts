import { DataError, isTensor, showShape, type Tensor, type Tree } from "@metrigrad/tensor";
import type { Law, TargetPart } from "./law.ts";
import { targetsOf } from "./terms.ts";

/**
 * Checks on the host that a law can observe the given targets.
 *
 * Whole numbers that are stored as floats are labels, and 1.5 is not. Values with a mask or a weight of 0 may be anything.
 *
 * @param where - The function that messages name.
 * @param law - The law of the targets.
 * @param targets - Tensors in the structure of the law's y, samples first.
 * @param widths - The sizes of the last axis of the model's output, in the structure of the law's h.
 * @param scaleOf - Takes the path of a part and returns the factor by which its values are multiplied before the law sees
 *   them; 1 by default.
 * @throws {@link DataError} if a value is not in the support, with its row; if targets are not tensors; or if a mask or a
 *   weight is negative or does not fit.
 * @throws {@link ShapeError} if targets or widths do not have the structure of a `joint` law.
 * @category Laws and losses
 */
export function checkTargets(
  where: string,
  law: Pick<Law, "name" | "support" | "targets">,
  targets: Tree<Tensor>,
  widths: Tree<number>,
  scaleOf: (path: string) => number = () => 1,
): void {
  for (const part of targetsOf(law, targets, widths)) checkPart(where, part, scaleOf(part.path));
}

/** The largest error of a sum, as a share of the sum. */
const rounding = 1e-3;

/** Checks one part of the targets. Throws DataError. */
function checkPart(
  where: string,
  { path, law, values, width, counts }: TargetPart,
  scale: number,
): void {
  const what = path === "" ? "targets" : `targets of ${path}`;
  const refuse = (must: string, got: string, todo: string): never => {
    throw new DataError({ where, must, got, todo });
  };
  if (!isTensor(values)) refuse(`${what} must be a tensor`, typeof values, "pass tensor(…)");
  const present = counts.map((one) => presenceOf(where, what, one, values));
  const { support } = law;
  if (support === null) return;
  values.data().forEach((stored, i) => {
    const value = scale * stored;
    if (support.has(value, width) || !present.every((counted) => counted(i))) return;
    refuse(
      `${what} must be ${support.text(width)} for ${law.name}`,
      `${value} ${placeOf(values, i)}`,
      "correct the data, or choose another law",
    );
  });
  const { total } = support;
  const count = values.shape.at(-1) ?? 0;
  if (total === undefined || values.shape.length < 2 || count === 0) return;
  const numbers = Array.from(values.data());
  for (let from = 0; from < numbers.length; from += count) {
    const sum = scale * numbers.slice(from, from + count).reduce((a, b) => a + b, 0);
    if (Math.abs(sum - total) <= rounding * total) continue;
    if (!present.every((counted) => counted(from))) continue;
    refuse(
      `${what} must add up to ${total} for ${law.name}`,
      `${sum} ${placeOf({ shape: values.shape.slice(0, -1) }, from / count)}`,
      "divide them by their sum, or choose another law",
    );
  }
}

/** Returns a function that says whether the i-th value counts. Throws DataError. */
function presenceOf(
  where: string,
  what: string,
  counts: Tensor,
  values: Tensor,
): (i: number) => boolean {
  const fits =
    isTensor(counts) &&
    counts.shape.length > 0 &&
    counts.shape.every((size, axis) => size === values.shape[axis]);
  if (!fits) {
    throw new DataError({
      where,
      must: `masks and weights of the ${what} must have their first axes, of ${showShape(values.shape)}`,
      got: isTensor(counts) ? showShape(counts.shape) : typeof counts,
      todo: "give a number per sample, or one per response",
    });
  }
  const data = counts.data();
  const odd = data.findIndex((count) => !(count >= 0 && Number.isFinite(count)));
  if (odd >= 0) {
    throw new DataError({
      where,
      must: `masks and weights of the ${what} must be finite numbers ≥ 0`,
      got: `${data[odd]} ${placeOf(counts, odd)}`,
      todo: "give 0 for what does not count",
    });
  }
  const each = values.size / counts.size;
  return (i) => (data[Math.floor(i / each)] as number) > 0;
}

/** Returns the place of an element as text: "in row 3", "in row 3, column 1", "at [3, 1, 0]". */
function placeOf({ shape }: Pick<Tensor, "shape">, i: number): string {
  const index: number[] = [];
  let rest = i;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  const [row, column] = index;
  if (shape.length > 2) return `at ${showShape(index)}`;
  return column === undefined ? `in row ${row}` : `in row ${row}, column ${column}`;
}
