import { DataError, isTensor, showShape, type Tensor, type Tree } from "@metrigrad/tensor";
import type { Law, TargetPart } from "./law.ts";
import { targetsOf } from "./terms.ts";

/**
 * Checks on the host that targets are what a law can observe. Whole numbers kept as floats are labels; 1.5 is none.
 * Values that a mask or a weight of 0 leaves out may be anything.
 *
 * @param where - The function that messages name.
 * @param law - The law of the targets.
 * @param targets - Tensors in the structure of the law's y, samples first.
 * @param widths - Sizes of the last axis of what the model puts out, in the structure of the law's h.
 * @param scaleOf - What the values of a part are multiplied by before the law sees them, by its path; 1 by default.
 * @throws DataError with the first row and value that are not in the support, where targets are no tensors, and for
 *   masks and weights that do not fit or are negative.
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

/** How far a sum may be off, as a share of itself. */
const rounding = 1e-3;

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

/** Whether the i-th value counts. Throws DataError. */
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

/** Where an element is: "in row 3", "in row 3, column 1", "at [3, 1, 0]". */
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
