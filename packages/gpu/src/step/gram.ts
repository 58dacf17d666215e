import { type GramStep, sizeOf, type View } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled, scaledBy } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";
import { factorOf } from "./matmul.ts";
import { productDispatches } from "./product.ts";

/**
 * Lowers a Gram matrix to the product X'(νX) by tiles of its lower triangle. Each element is stored at both its
 * places.
 */
export const gram: Lower<GramStep> = ({ x, nu, base, alpha, beta, output, when }, memory) => {
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
  const a = factorOf(kernel, rows, x, "a", -1, coordinateLines("batch", batch, "l"));
  const b = factorOf(kernel, rows, x, "b", -1, []);
  const weighted =
    nu === null || weights === null
      ? b
      : {
          ...b,
          lines: [...b.lines, `let nuFrom = ${positionText(nu.strides.slice(0, -1), "l")};`],
          load: (at: string, along: string) => {
            const weight = weights.load(`(nuFrom + ${scaled(along, nu.strides.at(-1) as number)})`);
            return `${weight} * ${b.load(at, along)}`;
          },
        };
  const sum =
    base === null || before === null
      ? `${kernel.floatParam(alpha)} * value`
      : `fma(${kernel.floatParam(alpha)}, value, ${kernel.floatParam(beta)} * ${before.load(place(base, "row", "column"))})`;
  const finish = [
    "if (row >= column) {",
    `let total = ${sum};`,
    target.store(place(output, "row", "column"), "total"),
    `if (row > column) { ${target.store(place(output, "column", "row"), "total")} }`,
    "}",
  ];
  const product = { batches: sizeOf(batch), m: d, n: d, k, a, b: weighted, lower: true, finish };
  return productDispatches(kernel, product, when !== undefined);
};
