import { type GramStep, sizeOf, type View } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled, scaledBy } from "../wgsl/layout.ts";
import { type FactorAxes, factorOf } from "./factors.ts";
import type { Lower } from "./lower.ts";
import type { Factor } from "./product/factor.ts";
import { productDispatches } from "./product/product.ts";

/**
 * Lowers a Gram matrix to the product X'(νX) by tiles of its lower triangle. Each element is stored at both its
 * places.
 */
export const gram: Lower<GramStep> = ({ kind, x, nu, base, alpha, beta, output, when }, memory) => {
  const kernel = new Kernel(memory);
  const rows = kernel.read(x);
  const weights = nu === null ? null : kernel.read(nu);
  const before = base === null ? null : kernel.read(base);
  const target = kernel.write(output);
  kernel.when(when);
  const batch = x.shape.slice(0, -2);
  const [k = 0, d = 0] = x.shape.slice(-2);
  const place = (view: View, row: string, column: string) => {
    const [byRow = 0, byColumn = 0] = view.strides.slice(-2);
    const lead = positionText(view.strides.slice(0, -2), "l");
    const [down, right] = [byRow, byColumn].map((by) => scaledBy((x) => kernel.param(x), by));
    return `(${lead} + ${down?.(row)} + ${right?.(column)})`;
  };
  const rank = x.shape.length;
  const axes: FactorAxes = { lead: rank - 2, outer: [rank - 1, rank], inner: [rank - 2, rank - 1] };
  const own = factorOf(kernel, rows, x, "a", axes);
  const a = { ...own, lines: [...coordinateLines("batch", batch, "l"), ...own.lines] };
  const b = factorOf(kernel, rows, x, "b", axes);
  const weight = (along: string) =>
    weights?.load(`(nuFrom + ${scaled(along, nu?.strides.at(-1) ?? 0)})`);
  const quadWeight = (along: string) =>
    b.alongSum
      ? `vec4<f32>(${[0, 1, 2, 3].map((c) => weight(`(${along} + ${c}u)`)).join(", ")})`
      : weight(along);
  const weighted: Factor =
    nu === null || weights === null
      ? b
      : {
          ...b,
          lines: [...b.lines, `let nuFrom = ${positionText(nu.strides.slice(0, -1), "l")};`],
          load: (at, along) => `${weight(along)} * ${b.load(at, along)}`,
          quad: b.quad && ((at, along) => `${quadWeight(along)} * ${b.quad?.(at, along)}`),
        };
  const sum =
    base === null || before === null
      ? `${kernel.floatParam(alpha)} * value`
      : `fma(${kernel.floatParam(alpha)}, value, ${kernel.floatParam(beta)} * ${before.load(place(base, "row", "column"))})`;
  const lines = [
    "if (row >= column) {",
    `let total = ${sum};`,
    target.store(place(output, "row", "column"), "total"),
    `if (row > column) { ${target.store(place(output, "column", "row"), "total")} }`,
    "}",
  ];
  const product = {
    ...{ step: kind, batches: sizeOf(batch), m: d, n: d, k, a, b: weighted, lower: true },
    finish: { lines, stores: [], quads: false },
  };
  return productDispatches(kernel, product, when !== undefined);
};
