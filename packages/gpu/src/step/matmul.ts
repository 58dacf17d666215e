import { arg, type MatmulStep, productAxes, sizeOf, type View } from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled, scaledBy, spaceOf } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";
import { type Factor, productDispatches } from "./product.ts";

/** Axes that one index counts. */
export interface AxisGroup {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Lowers a step to a tiled product, each element of which passes through the epilogue. */
export const matmul: Lower<MatmulStep> = (step, memory) => {
  const { a, b, epilogue, outputs, when } = step;
  const kernel = new Kernel(memory);
  const [left, right] = [kernel.read(a), kernel.read(b)];
  const inputs = epilogue?.inputs ?? [];
  const sources = inputs.map((view) => kernel.read(view));
  const targets = outputs.map((view) => kernel.write(view));
  kernel.when(when);
  const { batch, rows, inner, columns } = productAxes(step);
  const lead = batch.length;
  const group = ({ strides }: View, from: number, shape: readonly number[]): AxisGroup => {
    return { shape, strides: strides.slice(from, from + shape.length) };
  };
  const place = (view: View) => {
    const down = counted(kernel, group(view, lead, rows));
    const across = counted(kernel, group(view, lead + rows.length, columns));
    const from = positionText(view.strides.slice(0, lead), "l");
    return `(${from} + ${down("row")} + ${across("column")})`;
  };
  const { lines, results } = expressionLines(epilogue?.exprs ?? [arg(0)], [
    "value",
    ...sources.map((_, i) => `x${i}`),
  ]);
  const finish = [
    ...sources.map((source, i) => `let x${i} = ${source.load(place(inputs[i] as View))};`),
    ...lines,
    ...targets.map((target, j) => target.store(place(outputs[j] as View), results[j] as string)),
  ];
  const [byA, byB] = [a, b].map(({ strides }) => strides.slice(0, lead)) as [number[], number[]];
  const product = {
    batches: sizeOf(batch),
    ...{ m: sizeOf(rows), n: sizeOf(columns), k: sizeOf(inner) },
    a: groupedFactor(
      kernel,
      left,
      "a",
      byA,
      group(a, lead, rows),
      group(a, lead + rows.length, inner),
    ),
    b: groupedFactor(
      kernel,
      right,
      "b",
      byB,
      group(b, lead + inner.length, columns),
      group(b, lead, inner),
    ),
    lower: false,
    finish,
  };
  const first = {
    ...product.a,
    lines: [...coordinateLines("batch", batch, "l"), ...product.a.lines],
  };
  return productDispatches(kernel, { ...product, a: first }, when !== undefined);
};

/** Returns the place of the element at an index that counts several axes. */
export function counted(kernel: Kernel, { shape, strides }: AxisGroup): (index: string) => string {
  const { shape: sizes, strides: all } = spaceOf(shape, [{ strides }]);
  const own = all[0] as readonly number[];
  if (sizes.length <= 1) return scaledBy((x) => kernel.param(x), own[0] ?? 0);
  return (index) => {
    let after = 1;
    const terms = sizes.map((_, turn) => {
      const axis = sizes.length - 1 - turn;
      const rest = after === 1 ? index : `(${index}) / ${after}u`;
      after *= sizes[axis] as number;
      const at = axis === 0 ? `(${rest})` : `((${rest}) % ${sizes[axis]}u)`;
      return scaled(at, own[axis] as number);
    });
    return `(${terms.join(" + ")})`;
  };
}

/** Returns a view as a factor whose outer and inner index each count some of its axes. */
export function groupedFactor(
  kernel: Kernel,
  operand: Operand,
  name: string,
  batch: readonly number[],
  outer: AxisGroup,
  inner: AxisGroup,
): Factor {
  const [byOuter, byInner] = [counted(kernel, outer), counted(kernel, inner)];
  const beside = ({ strides }: AxisGroup) => Math.abs(strides.at(-1) ?? 0) === 1;
  return {
    lines: [`let ${name}From = ${positionText(batch, "l")};`],
    load: (at, along) => operand.load(`(${name}From + ${byOuter(at)} + ${byInner(along)})`),
    alongSum: beside(inner) && !beside(outer),
  };
}

/** Returns a view as a factor whose outer axis is the last or the last but one. */
export function factorOf(
  kernel: Kernel,
  operand: Operand,
  view: View,
  name: string,
  outerAxis: -1 | -2,
  lines: readonly string[],
): Factor {
  const axis = (at: -1 | -2): AxisGroup => {
    return { shape: [view.shape.at(at) as number], strides: [view.strides.at(at) as number] };
  };
  const inner = (-3 - outerAxis) as -1 | -2;
  const lead = view.strides.slice(0, -2);
  const factor = groupedFactor(kernel, operand, name, lead, axis(outerAxis), axis(inner));
  return { ...factor, lines: [...lines, ...factor.lines] };
}
