import { sizeOf } from "@metrigrad/tensor";

/** An iteration space with as few axes as possible, and the strides of several operands. */
export interface Space {
  readonly shape: readonly number[];
  /** The strides of each operand. */
  readonly strides: readonly (readonly number[])[];
  readonly size: number;
}

/** Drops axes of size 1, and merges neighbours that every operand runs through without a gap. */
export function spaceOf(
  shape: readonly number[],
  operands: readonly { readonly strides: readonly number[] }[],
): Space {
  const axes: { n: number; strides: number[] }[] = [];
  shape.forEach((n, axis) => {
    if (n === 1) return;
    const strides = operands.map((operand) => operand.strides[axis] as number);
    const last = axes.at(-1);
    if (last?.strides.every((stride, k) => stride === n * (strides[k] as number))) {
      last.n *= n;
      last.strides = strides;
    } else axes.push({ n, strides });
  });
  return {
    shape: axes.map(({ n }) => n),
    strides: operands.map((_, k) => axes.map(({ strides }) => strides[k] as number)),
    size: sizeOf(shape),
  };
}

/** Returns lines that take an index apart into coordinates `name0`, `name1`, … of a shape. */
export function coordinateLines(index: string, shape: readonly number[], name: string): string[] {
  if (shape.length === 1) return [`let ${name}0 = ${index};`];
  const lines: string[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (axis === 0) lines.push(`let ${name}0 = ${rest};`);
    else {
      const n = `${shape[axis]}u`;
      lines.push(`let ${name}${axis} = ${rest} % ${n};`, `let ${name}r${axis} = ${rest} / ${n};`);
      rest = `${name}r${axis}`;
    }
  }
  return lines;
}

/** Returns Σ coordinate·stride as text. Negative strides wrap, because all positions are counted modulo 2³². */
export function positionText(strides: readonly number[], name: string): string {
  const terms = strides.flatMap((stride, axis) => {
    if (stride === 0) return [];
    return [stride === 1 ? `${name}${axis}` : `${name}${axis} * ${stride >>> 0}u`];
  });
  return terms.length === 0 ? "0u" : terms.join(" + ");
}

/** Returns `index·stride` as text, with a stride that is not in the text: `word` puts it elsewhere. */
export function scaledBy(word: (stride: number) => string, stride: number) {
  if (stride === 0 || stride === 1) return (index: string) => scaled(index, stride);
  const factor = word(stride);
  return (index: string) => `${index} * ${factor}`;
}

/** Returns `index·stride` as text. */
export function scaled(index: string, stride: number): string {
  if (stride === 0) return "0u";
  return stride === 1 ? index : `${index} * ${stride >>> 0}u`;
}

/** Returns the numbers from 0 to count − 1. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}
