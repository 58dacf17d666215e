import { arg, type MatmulStep, sizeOf, type View } from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaledBy } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";
import { type Factor, productDispatches } from "./product.ts";

/** A tiled product, each element passed through the epilogue. */
export const matmul: Lower<MatmulStep> = ({ a, b, epilogue, outputs, when }, memory) => {
  const kernel = new Kernel(memory);
  const [left, right] = [kernel.read(a), kernel.read(b)];
  const inputs = epilogue?.inputs ?? [];
  const sources = inputs.map((view) => kernel.read(view));
  const targets = outputs.map((view) => kernel.write(view));
  kernel.when(when);
  const batch = a.shape.slice(0, -2);
  const [m = 0, k = 0] = a.shape.slice(-2);
  const n = b.shape.at(-1) as number;
  const place = (view: View) => {
    const [byRow = 0, byColumn = 0] = view.strides.slice(-2);
    const lead = positionText(view.strides.slice(0, -2), "l");
    const [down, right] = [byRow, byColumn].map((by) => scaledBy((x) => kernel.param(x), by));
    return `(${lead} + ${down?.("row")} + ${right?.("column")})`;
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
  const product = {
    batches: sizeOf(batch),
    ...{ m, n, k },
    a: factorOf(kernel, left, a, "a", -2, coordinateLines("batch", batch, "l")),
    b: factorOf(kernel, right, b, "b", -1, []),
    lower: false,
    finish,
  };
  return productDispatches(kernel, product, when !== undefined);
};

/** A view as a factor whose outer axis is the last or the last but one. */
export function factorOf(
  kernel: Kernel,
  operand: Operand,
  view: View,
  name: string,
  outerAxis: -1 | -2,
  lines: readonly string[],
): Factor {
  const outer = view.strides.at(outerAxis) as number;
  const inner = view.strides.at(-3 - outerAxis) as number;
  const [byOuter, byInner] = [outer, inner].map((by) => scaledBy((x) => kernel.param(x), by));
  return {
    lines: [...lines, `let ${name}From = ${positionText(view.strides.slice(0, -2), "l")};`],
    load: (at, along) => operand.load(`(${name}From + ${byOuter?.(at)} + ${byInner?.(along)})`),
    alongSum: Math.abs(inner) === 1 && Math.abs(outer) !== 1,
  };
}
