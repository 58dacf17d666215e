import { arg, type MatmulStep, productAxes, sizeOf, type View } from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines } from "../wgsl/layout.ts";
import { factorOf, inQuads, placeOf } from "./factors.ts";
import type { Lower } from "./lower.ts";
import { productDispatches } from "./product/product.ts";

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
  const place = (view: View) => placeOf(kernel, view, lead, lead + rows.length);
  const { lines, results } = expressionLines(epilogue?.exprs ?? [arg(0)], [
    "value",
    ...sources.map((_, i) => `x${i}`),
  ]);
  const finish = {
    lines: [
      ...sources.map((source, i) => `let x${i} = ${source.load(place(inputs[i] as View))};`),
      ...lines,
    ],
    stores: targets.map((target, j) => {
      return { target, place: place(outputs[j] as View), value: results[j] as string };
    }),
    quads: outputs.every((view) => inQuads(kernel, view, [lead + rows.length, view.shape.length])),
  };
  const product = {
    step: step.kind,
    batches: sizeOf(batch),
    ...{ m: sizeOf(rows), n: sizeOf(columns), k: sizeOf(inner) },
    a: factorOf(kernel, left, a, "a", {
      ...{ lead, outer: [lead, lead + rows.length], inner: [lead + rows.length, a.shape.length] },
    }),
    b: factorOf(kernel, right, b, "b", {
      ...{ lead, outer: [lead + inner.length, b.shape.length], inner: [lead, lead + inner.length] },
    }),
    lower: false,
    finish,
  };
  const first = {
    ...product.a,
    lines: [...coordinateLines("batch", batch, "l"), ...product.a.lines],
  };
  return productDispatches(kernel, { ...product, a: first }, when !== undefined);
};
